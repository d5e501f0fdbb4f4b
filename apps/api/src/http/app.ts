import { type Context, Hono } from 'hono';
import { AuthError } from '../errors.ts';
import type { Deps } from '../services/context.ts';
import { authenticate } from '../trpc/authenticate.ts';
import type { Arrival } from '../trpc/context.ts';
import { answerProcedures, ENDPOINT } from '../trpc/handler.ts';
import { kindOf } from '../trpc/router.ts';
import { type Origin, originOf } from './arrival.ts';
import { trustedBy } from './client-address.ts';
import { cookieJar, cookieNames } from './cookies.ts';
import { presentedBy } from './credentials.ts';
import { admit, Refused } from './gate.ts';
import { preflight, secure, shareWith, standingHeaders } from './headers.ts';
import { isKnown, problem, procedureRefusal } from './refusal.ts';
import { keysDocument, type PublishedKeys } from './routes/keys.ts';
import type { ServiceMetrics } from './service-client.ts';
import { serviceRoutes } from './services.ts';
import type { HttpSettings } from './settings.ts';

/** What the HTTP side counts. */
interface HttpMetrics extends ServiceMetrics {
  /** @param route the pattern or procedure, never the path that was asked for */
  httpRequest(request: { method: string; route: string; status: number }, seconds: number): void;
  signInAttempt(method: 'password', outcome: string): void;
}

export interface AppParts {
  deps: Deps;
  settings: HttpSettings;
  keys: PublishedKeys;
  metrics: HttpMetrics;
}

type Env = { Variables: { origin: Origin; route: string; isDressed?: true } };

const UNKNOWN = 'unknown';
const EVENTS = 'session.events';
const FULL_RETRY_MS = 5_000;

/** The service as its clients reach it. */
export const createApp = (parts: AppParts): Hono<Env> => {
  const { deps, settings } = parts;
  const app = new Hono<Env>();
  const isTrusted = trustedBy(settings.trustProxy);
  const names = cookieNames(settings.secureCookies);
  const standing = standingHeaders(settings.secureCookies);

  app.use(async (c, next) => {
    const startMs = deps.clock.monotonicMs();
    c.set(
      'origin',
      originOf(c, isTrusted, () => deps.random.uuid()),
    );
    c.set('route', UNKNOWN);
    const answered = preflight(c.req.raw, settings.allowedOrigins);
    if (answered) c.res = answered;
    else await next();
    finish(c, parts, startMs);
  });

  app.all(`${ENDPOINT}/*`, async (c) => {
    const origin = c.get('origin');
    const presented = presentedBy(c.req.raw.headers, names);
    const { request, path, paths, isBatch } = await admit(c.req.raw, presented, settings.publicOrigins);
    c.set('route', isBatch ? 'batch' : kindOf(paths[0] ?? '') === null ? UNKNOWN : (paths[0] ?? UNKNOWN));
    const arrival: Arrival = {
      deps,
      requestId: origin.requestId,
      ...origin.asker(),
      ...presented,
      deadlineMs: deps.clock.monotonicMs() + settings.requestDeadlineMs,
      cookiesOf: (headers) => cookieJar(names, settings.secureCookies, headers),
    };
    if (paths[0] === EVENTS) await requireStream(arrival);
    return answerProcedures(request, path, arrival, (outcome) =>
      parts.metrics.signInAttempt('password', outcome),
    );
  });

  app.get('/v1/keys', (c) => {
    c.set('route', '/v1/keys');
    return c.json(keysDocument(parts.keys, settings.publicUrl));
  });

  app.get('/v1/session', async (c) => {
    c.set('route', '/v1/session');
    const { credential } = presentedBy(c.req.raw.headers, names);
    const { accountId, sessionId } = await authenticate(deps, credential);
    const about = { 'x-account-id': accountId, 'x-session-id': sessionId };
    if (c.req.header('origin') !== undefined) return c.body(null, 204, about);
    c.set('isDressed', true);
    const headers = { ...standing, 'x-request-id': c.get('origin').requestId, ...about };
    return new Response(null, { status: 204, headers });
  });

  app.route('/', serviceRoutes(parts));

  // https://w3c.github.io/webappsec-change-password-url/
  app.get('/.well-known/change-password', (c) => {
    c.set('route', '/.well-known/change-password');
    return c.redirect(`${settings.publicUrl}/change-password`, 303);
  });

  for (const route of ['/v1/keys', '/v1/session', '/.well-known/change-password'])
    app.all(route, () => {
      throw new Refused({ reason: 'input_invalid', code: 'METHOD_NOT_SUPPORTED' }, 'GET');
    });

  app.notFound((c) => refuse(c, new AuthError('not_found')));

  app.onError((error, c) => {
    const { requestId } = c.get('origin');
    if (!isKnown(error)) deps.log.error({ err: error, requestId }, 'a request failed');
    return refuse(c, error);
  });

  return app;
};

/** A stream answers with its status before its first event: who may not have one is told by the status. */
const requireStream = async ({ deps, credential }: Arrival): Promise<void> => {
  const { accountId } = await authenticate(deps, credential);
  if (deps.hub.isFull(accountId)) throw new AuthError('rate_limited', { retryAfterMs: FULL_RETRY_MS });
};

const refuse = (c: Context<Env>, error: unknown): Response => {
  const { requestId } = c.get('origin');
  return c.req.path.startsWith(`${ENDPOINT}/`)
    ? procedureRefusal(error, requestId)
    : problem(error, requestId);
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** On every answer, refusals and failures included. `c.var` would copy all variables at each use. */
const finish = (c: Context<Env>, { deps, settings, metrics }: AppParts, startMs: number): void => {
  const { requestId } = c.get('origin');
  const { status } = c.res;
  if (c.get('isDressed') !== true) {
    const { headers } = c.res;
    secure(headers, settings.secureCookies);
    shareWith(c.req.header('origin'), settings.allowedOrigins, headers);
    headers.set('x-request-id', requestId);
  }
  const seconds = (deps.clock.monotonicMs() - startMs) / 1_000;
  const method = METHODS.has(c.req.method) ? c.req.method : 'OTHER';
  metrics.httpRequest({ method, route: c.get('route'), status }, seconds);
  deps.log.debug(
    { requestId, method, route: c.get('route'), status, ms: Math.round(seconds * 1_000) },
    'answered',
  );
};
