import type { AuthClientOptions, Clock, Log, Tracer } from './types.ts';

/** Options with everything that may be left out filled in. */
export interface Settings {
  url: string;
  authorization: string;
  issuer: string | undefined;
  /** Null: every answer is strict. */
  maxStalenessMs: number | null;
  timeoutMs: number;
  deadlineMs: number;
  retries: number;
  openAfter: number;
  halfOpenAfterMs: number;
  concurrent: number;
  queued: number;
  fetch: typeof fetch;
  clock: Clock;
  log: Log;
  tracer: Tracer | undefined;
}

const systemClock: Clock = { monotonicMs: () => performance.now(), nowMs: () => Date.now() };
const silent: Log = { warn: () => undefined };

const DEFAULTS = { timeoutMs: 800, deadlineMs: 2_000, retries: 2 };
/** The feed tells what it knows each second, so less could never be proven. */
const LEAST_STALENESS_MS = 1_500;

/** @throws TypeError for options that cannot work; says which, and never their values */
export const settingsOf = (options: AuthClientOptions): Settings => {
  const { clientId, clientSecret, level = 'strict', breaker = {}, bulkhead = {} } = options;
  if (!clientId || !clientSecret)
    throw new TypeError('clientId and clientSecret are needed: portcullis clients create NAME');
  const maxStalenessMs = level === 'strict' ? null : level.bounded.maxStalenessMs;
  if (maxStalenessMs !== null && !(maxStalenessMs >= LEAST_STALENESS_MS))
    throw new TypeError(`maxStalenessMs must be at least ${LEAST_STALENESS_MS}`);
  return {
    url: originOf(options.url),
    authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`, 'utf8').toString('base64')}`,
    issuer: options.issuer,
    maxStalenessMs,
    timeoutMs: positive('timeoutMs', options.timeoutMs ?? DEFAULTS.timeoutMs),
    deadlineMs: positive('deadlineMs', options.deadlineMs ?? DEFAULTS.deadlineMs),
    retries: options.retries ?? DEFAULTS.retries,
    openAfter: positive('breaker.openAfter', breaker.openAfter ?? 5),
    halfOpenAfterMs: positive('breaker.halfOpenAfterMs', breaker.halfOpenAfterMs ?? 1_000),
    concurrent: positive('bulkhead.concurrent', bulkhead.concurrent ?? 8),
    queued: positive('bulkhead.queued', bulkhead.queued ?? 5_000),
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    clock: options.clock ?? systemClock,
    log: options.log ?? silent,
    tracer: options.tracer,
  };
};

const originOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new TypeError('url must be the http(s) address of the auth service');
  return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
};

const positive = (name: string, value: number): number => {
  if (!(value > 0)) throw new TypeError(`${name} must be a number above 0`);
  return value;
};

/** RFC 6749 §2.3.1: form encoded before they are joined. */
const formEncoded = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
