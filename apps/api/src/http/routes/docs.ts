import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { ServiceEnv, ServiceParts } from '../service-client.ts';
import { type OpenApi, openApi } from './openapi.ts';

const STYLE = `:root{color-scheme:light dark;font:16px/1.6 system-ui,sans-serif}body{max-width:52rem;margin:2rem auto;padding:0 1rem}
h1,h2{line-height:1.25}section{border-top:1px solid #8886;padding-top:1rem;margin-top:2rem}pre{overflow:auto;padding:1rem;background:#8882;border-radius:.5rem}
code{font:.9em ui-monospace,monospace}dt{font-weight:600}dd{margin:0 0 .5rem}nav ul{padding:0;list-style:none}`;
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The description of the routes, for programs and for people. The page loads nothing and runs nothing. */
export const docsRoutes = (app: Hono<ServiceEnv>, { settings }: ServiceParts): void => {
  const document = openApi(settings.publicUrl);
  const page = pageOf(document);
  app.get('/openapi.json', (c) => {
    c.set('route', '/openapi.json');
    return c.json(document);
  });
  app.get('/docs', async (c) => {
    c.set('route', '/docs');
    c.header('content-security-policy', POLICY);
    return c.html(await page);
  });
};

const pageOf = async (document: OpenApi): Promise<string> => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const links = operations.map(
    ({ method, path, operation }) =>
      html`<li><a href="#${operation.operationId}"><code>${method} ${path}</code></a> ${operation.summary}</li>`,
  );
  const sections = operations.map(
    ({ method, path, operation }) =>
      html`<section id="${operation.operationId}"><h2>${operation.summary}</h2><p><code>${method} ${path}</code></p>
<p>${operation.description}</p><pre><code>${exampleOf(document, path)}</code></pre><dl>${answersOf(operation)}</dl></section>`,
  );
  const contracts = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      html`<details><summary><code>${name}</code></summary><pre><code>${JSON.stringify(schema, null, 2)}</code></pre></details>`,
  );
  return String(
    await html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${document.info.title} for services</title><style>${raw(STYLE)}</style></head>
<body><main><h1>${document.info.title} for services</h1><p>${document.info.description}</p><p>Version ${document.info.version}. The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
<nav aria-label="Routes"><ul>${links}</ul></nav>${sections}<section><h2>Contracts</h2>${contracts}</section></main></body></html>`,
  );
};

const answersOf = (operation: Record<string, unknown>) =>
  Object.entries(operation['responses'] as Record<string, { description: string }>).map(
    ([status, { description }]) => html`<dt>${status}</dt><dd>${description}</dd>`,
  );

const EXAMPLES: Record<string, string> = {
  '/v1/verify': `-u "$CLIENT_ID:$CLIENT_SECRET" -H 'content-type: application/json' -d '{"tokens":["v4.public.…"]}'`,
  '/v1/introspect': `-u "$CLIENT_ID:$CLIENT_SECRET" -d token=v4.public.…`,
  '/v1/revoke': `-u "$CLIENT_ID:$CLIENT_SECRET" -d token=v4.public.…`,
  '/v1/events': `-N -u "$CLIENT_ID:$CLIENT_SECRET"`,
  '/v1/session': `-i -H 'authorization: Bearer v4.public.…'`,
};

const exampleOf = (document: OpenApi, path: string): string =>
  ['curl', EXAMPLES[path], `${document.servers[0]?.url ?? ''}${path}`].filter(Boolean).join(' ');
