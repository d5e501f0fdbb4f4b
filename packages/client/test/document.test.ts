import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startExample } from './support/example.ts';
import { type Service, START_MS, startService } from './support/service.ts';

const root = resolve(import.meta.dirname, '../../..');
const document = readFileSync(join(root, 'docs/services.md'), 'utf8');
const blocks = [...document.matchAll(/^```(?<language>\w+)\n(?<text>[\s\S]*?)^```$/gm)].map(({ groups }) => ({
  language: groups?.['language'] ?? '',
  text: groups?.['text'] ?? '',
}));
const blockWith = (part: string): string => {
  const found = blocks.find(({ text }) => text.includes(part));
  if (found === undefined) throw new Error(`docs/services.md has no block with ${part}`);
  return found.text;
};
/** A program needs packages around it; the examples have them. */
const program = join(root, 'examples', `document-${process.pid}.ts`);

let service: Service;
let env: Record<string, string>;

beforeAll(async () => {
  service = await startService();
  env = {
    AUTH_URL: service.url,
    AUTH_CLIENT_ID: service.credentials.clientId,
    AUTH_CLIENT_SECRET: service.credentials.clientSecret,
  };
}, START_MS);
afterAll(async () => {
  rmSync(program, { force: true });
  await service.stop();
}, START_MS);

const AROUND = {
  before: `import { serve } from '@hono/node-server';
import { Hono } from 'hono';
const { AUTH_URL: url = '', AUTH_CLIENT_ID: clientId = '', AUTH_CLIENT_SECRET: clientSecret = '' } = process.env;
const app = new Hono();
const said: unknown[] = [];
`,
  after: `
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.stdout.write(\`listening on \${port}\\n\`));
`,
};

test(
  'the six lines protect a service, and the three outcomes are told apart, as they stand in the document',
  async () => {
    const six = blockWith('createAuthClient');
    expect(six.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(6);
    const outcomes = blockWith('outcome.decided');
    const route = `
app.get('/outcome', async (c) => {
  const request = c.req.raw;
  const said: unknown[] = [];
  const greet = (id: string) => said.push('greeted', id);
  const askToSignIn = (reason: string) => said.push('asked', reason);
  const tryAgainIn = (ms: number, cause: string) => said.push('again', ms > 0, cause);
  ${outcomes}
  return c.json(said);
});`;
    const before = AROUND.before.replace('const said: unknown[] = [];\n', '');
    writeFileSync(program, `${before}${six}${route}${AROUND.after}`);
    const example = await startExample(process.execPath, [program], { cwd: join(root, 'examples'), env });
    try {
      const who = await service.signIn();
      const get = (path: string, headers: Record<string, string> = {}) =>
        fetch(`${example.url}${path}`, { headers });
      expect(await (await get('/invoices', who.headers)).json()).toEqual({ account: who.accountId });
      expect(await (await get('/outcome', who.headers)).json()).toEqual(['greeted', who.accountId]);
      await service.signOut(who);
      expect((await get('/invoices', who.headers)).status).toBe(401);
      expect(await (await get('/outcome', who.headers)).json()).toEqual(['asked', 'session_revoked']);
    } finally {
      await example.stop();
    }
  },
  START_MS,
);

test('the command of any other language works as it stands in the document', async () => {
  const who = await service.signIn();
  const ask = () =>
    JSON.parse(
      execFileSync('sh', ['-c', blockWith('/v1/introspect')], {
        env: { PATH: process.env['PATH'], ...env, TOKEN: who.token },
        encoding: 'utf8',
      }),
    ) as object;
  expect(ask()).toMatchObject({ active: true, sub: who.accountId, sid: who.sessionId });
  await service.signOut(who);
  expect(ask()).toEqual({ active: false });
});

test('the command that makes a client is one', async () => {
  const [, args = ''] = /portcullis -- (.+)/.exec(blockWith('clients create')) ?? [];
  expect(await service.portcullis(...args.split(' '))).toMatchObject({
    name: 'billing',
    scopes: ['verify', 'events'],
  });
});

test('what the README shows of it is what is executed here', () => {
  const readme = existsSync(join(root, 'README.md')) ? readFileSync(join(root, 'README.md'), 'utf8') : '';
  const shown = [...readme.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  const ours = shown.filter((text) => /@portcullis\/client|\/v1\/introspect/.test(text));
  for (const text of ours) expect(blocks.map((block) => block.text)).toContain(text);
});
