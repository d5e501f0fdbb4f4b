import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { LimitRule } from '../ports.ts';

/** What this process counts; labels come from closed lists, never from users. */
export interface Metrics {
  registry: Registry;
  /** @param route the pattern or procedure, never the path that was asked for */
  httpRequest(request: { method: string; route: string; status: number }, seconds: number): void;
  sessionCheck(
    check: { result: string; source: 'index' | 'store' | 'token' | 'none' },
    seconds: number,
  ): void;
  signInAttempt(method: 'password', outcome: string): void;
  revocation(cause: string): void;
  breachCheck(outcome: string): void;
  /** @param rule of the table of limits, or the count in Postgres */
  rateLimited(rule: LimitRule): void;
  /** @param request.client the name that an operator gave, `none` when nobody proved to be a client */
  clientRequest(request: { client: string; route: string; status: number }): void;
  /** +1 when a stream of events opens, -1 when it ends. */
  eventStreams(change: 1 | -1): void;
}

export interface Gauges {
  passwordHashes: () => { queued: number; running: number; total: number; refused: number };
  /** Sign-ins fail far more often than usual. */
  signInAlarm: () => boolean;
  /** Whether the last poll found the registered history of the index; null without a Redis. */
  reachesIndex: () => boolean | null;
  indexBroken: () => boolean;
  databaseBroken: () => boolean;
}

const FAST = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const SLOW = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = requestMetrics(registry);
  const sessions = sessionMetrics(registry);
  return {
    registry,
    httpRequest: ({ method, route, status }, seconds) =>
      requests.answered.observe(
        { http_request_method: method, http_route: route, http_response_status_code: String(status) },
        seconds,
      ),
    sessionCheck: ({ result, source }, seconds) => {
      sessions.checks.inc({ result, source });
      sessions.checkSeconds.observe({ source }, seconds);
    },
    signInAttempt: (method, outcome) => sessions.signIns.inc({ method, outcome }),
    breachCheck: (outcome) => sessions.breachChecks.inc({ outcome }),
    revocation: (cause) => sessions.revocations.inc({ cause }),
    rateLimited: (rule) => requests.limited.inc({ rule }),
    clientRequest: ({ client, route, status }) =>
      requests.byClient.inc({ client, http_route: route, http_response_status_code: String(status) }),
    eventStreams: (change) => sessions.streams.inc(change),
  };
};

const requestMetrics = (registry: Registry) => ({
  answered: new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of requests',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: SLOW,
    registers: [registry],
  }),
  limited: new Counter({
    name: 'portcullis_rate_limited_total',
    help: 'Calls that a limit refused',
    labelNames: ['rule'],
    registers: [registry],
  }),
  byClient: new Counter({
    name: 'portcullis_client_requests_total',
    help: 'Requests of other services, by client',
    labelNames: ['client', 'http_route', 'http_response_status_code'],
    registers: [registry],
  }),
});

const sessionMetrics = (registry: Registry) => ({
  checks: new Counter({
    name: 'portcullis_session_checks_total',
    help: 'Session checks by result and by the store that decided',
    labelNames: ['result', 'source'],
    registers: [registry],
  }),
  checkSeconds: new Histogram({
    name: 'portcullis_session_check_duration_seconds',
    help: 'Duration of session checks',
    labelNames: ['source'],
    buckets: FAST,
    registers: [registry],
  }),
  signIns: new Counter({
    name: 'portcullis_sign_in_attempts_total',
    help: 'Attempts to sign in',
    labelNames: ['method', 'outcome'],
    registers: [registry],
  }),
  breachChecks: new Counter({
    name: 'portcullis_breach_checks_total',
    help: 'New passwords looked up among leaked ones, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  }),
  revocations: new Counter({
    name: 'portcullis_revocations_total',
    help: 'Writes that ended sessions, by cause',
    labelNames: ['cause'],
    registers: [registry],
  }),
  streams: new Gauge({
    name: 'portcullis_active_sse_streams',
    help: 'Open streams of events',
    registers: [registry],
  }),
});

/** Gauges that ask their part when they are scraped. */
export const observe = ({ registry }: Metrics, gauges: Gauges): void => {
  const gauge = (name: string, help: string, read: () => number | null) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const value = read();
        if (value !== null) this.set(value);
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const hashes = gauges.passwordHashes;
  gauge('portcullis_password_hash_queue', 'Callers that wait for a password hash', () => hashes().queued);
  gauge('portcullis_password_hashes_running', 'Password hashes being computed', () => hashes().running);
  counter('portcullis_password_hashes_total', 'Password hashes begun', () => hashes().total);
  counter(
    'portcullis_password_hash_refused_total',
    'Callers refused because too many waited for a password hash, or for too long',
    () => hashes().refused,
  );
  gauge(
    'portcullis_sign_in_alarm',
    '1 while sign-ins fail far more often than usual and limits are halved',
    () => Number(gauges.signInAlarm()),
  );
  gauge('portcullis_index_reached', '1 when this instance reaches the registered session index', () => {
    const reaches = gauges.reachesIndex();
    return reaches === null ? null : Number(reaches);
  });
  gauge('portcullis_index_broken', '1 while session checks skip the index because it keeps failing', () =>
    Number(gauges.indexBroken()),
  );
  gauge('portcullis_database_broken', '1 while calls to Postgres are refused because it keeps failing', () =>
    Number(gauges.databaseBroken()),
  );
};
