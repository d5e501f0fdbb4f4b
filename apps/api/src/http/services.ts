import { Hono } from 'hono';
import { AuthError } from '../errors.ts';
import { Refused } from './gate.ts';
import { isKnown, problem } from './refusal.ts';
import { docsRoutes } from './routes/docs.ts';
import { eventsRoute } from './routes/events.ts';
import { introspectRoute } from './routes/introspect.ts';
import { revokeRoute } from './routes/revoke.ts';
import { verifyRoute } from './routes/verify.ts';
import type { ServiceEnv, ServiceParts } from './service-client.ts';

const METHODS = {
  '/v1/verify': 'POST',
  '/v1/introspect': 'POST',
  '/v1/revoke': 'POST',
  '/v1/events': 'GET',
} as const;

/** The routes for other services, in any language, and their description. */
export const serviceRoutes = (parts: ServiceParts): Hono<ServiceEnv> => {
  const app = new Hono<ServiceEnv>();
  for (const [route, allow] of Object.entries(METHODS))
    app.use(route, async (c, next) => {
      c.set('route', route);
      c.set('client', 'none');
      if (c.req.method !== allow)
        throw new Refused({ reason: 'input_invalid', code: 'METHOD_NOT_SUPPORTED' }, allow);
      await next();
      parts.metrics.clientRequest({ client: c.var.client, route, status: c.res.status });
    });
  verifyRoute(app, parts);
  introspectRoute(app, parts);
  revokeRoute(app, parts);
  eventsRoute(app, parts);
  docsRoutes(app, parts);

  app.onError((error, c) => {
    const { requestId } = c.var.origin;
    if (!isKnown(error)) parts.deps.log.error({ err: error, requestId }, 'a request of a service failed');
    return refused(error, requestId, c.var.route);
  });
  return app;
};

/** Problem details; where RFC 6749 §5.2 speaks, its `error` stands in them, too. */
const refused = (error: unknown, requestId: string, route: string): Response => {
  const response = problem(error, requestId, SPEAKS_OAUTH.has(route) ? oauthError(error) : {});
  // Who calls is asked for by Basic (RFC 7617) here; a bearer token would be the thing that is asked about.
  if (response.status === 401)
    response.headers.set('www-authenticate', 'Basic realm="portcullis", charset="UTF-8"');
  return response;
};

const SPEAKS_OAUTH = new Set(['/v1/introspect', '/v1/revoke']);

const OAUTH: Partial<Record<AuthError['reason'], string>> = {
  credentials_invalid: 'invalid_client',
  forbidden: 'unauthorized_client',
  input_invalid: 'invalid_request',
};

const oauthError = (error: unknown): Record<string, string> => {
  const code =
    error instanceof Refused
      ? 'invalid_request'
      : error instanceof AuthError
        ? OAUTH[error.reason]
        : undefined;
  return code === undefined ? {} : { error: code };
};
