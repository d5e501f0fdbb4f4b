import { StreamHub } from '../services/session/stream-hub.ts';
import type { Verification } from '../services/authority.ts';
import type { Deps } from '../services/context.ts';
import { createApp } from './app.ts';
import type { HttpSettings } from './settings.ts';

export const ORIGIN = 'https://portcullis.example';
export const ACCOUNT = '0193a000-0000-7000-8000-000000000001';
export const SESSION = 'S'.repeat(43);
export const PASSWORD = 'an honest passphrase 1';
const AT = new Date('2026-11-24T10:00:00.000Z');

const live: Verification = {
  status: 'live',
  session: {
    sessionId: SESSION,
    accountId: ACCOUNT,
    createdAt: AT.getTime(),
    authenticatedAt: AT.getTime(),
    lastSeenAt: AT.getTime(),
    idleExpiresAt: AT.getTime() + 1_000,
    expiresAt: AT.getTime() + 2_000,
  },
};

const opened = (remember: boolean, transport: string) => ({
  id: SESSION,
  accountId: ACCOUNT,
  epoch: 1,
  createdAt: AT,
  authenticatedAt: AT,
  expiresAt: new Date(AT.getTime() + 3_600_000),
  transport,
  remember,
  refreshSecret: 'r'.repeat(43),
});

export interface FixtureOptions {
  verification?: Verification;
  settings?: Partial<HttpSettings>;
  /** What the unit of work of a sign-in opens. */
  signIn?: { remember: boolean; transport: 'cookie' | 'bearer' };
  /** Replaces parts of what verbs may use. */
  deps?: Partial<Record<keyof Deps, unknown>>;
}

interface Logged {
  level: string;
  fields: object;
  message: string;
}

const account = {
  id: ACCOUNT,
  email: 'person@example.test',
  name: null,
  passwordHash: '$argon2id$',
  epoch: 1,
  linkEpoch: 1,
  createdAt: AT,
  disabledAt: null,
};

/** One account, and nothing else. */
const em = {
  findOne: (_entity: unknown, where: object) => Promise.resolve('deletedAt' in where ? account : null),
  execute: () => Promise.resolve([]),
};

const clock = { now: () => AT, monotonicMs: () => 1_000, sleep: () => new Promise<void>(() => {}) };

/** What is the same in every fixture. */
const made = {
  hasher: {
    hash: () => Promise.resolve('$argon2id$'),
    verify: () => Promise.resolve(true),
    verifyNothing: () => Promise.resolve(false),
    needsRehash: () => false,
  },
  tokens: { issue: ({ purpose }: { purpose: string }) => Promise.resolve(`v4.public.${purpose}`) },
  limiter: {
    consume: (rule: string) =>
      Promise.resolve({ rule, points: 5, windowMs: 900_000, left: 4, resetMs: 900_000 }),
    tryConsume: () => Promise.resolve(true),
    refund: () => Promise.resolve(),
    signInFailed: () => undefined,
  },
  keyed: { hmac: () => Buffer.alloc(32, 9) },
  hints: { publish: () => undefined },
  random: {
    bytes: (length: number) => Buffer.alloc(length, 7),
    uuid: () => '0193a000-0000-7000-8000-00000000000f',
  },
  config: { accessTokenSeconds: 600, registrationSeconds: 86_400, stepUpSeconds: 600 },
  judgePassword: () => Promise.resolve([]),
  describeUserAgent: () => ({ browser: null, os: null, device: null }),
  clock,
};

const keys = {
  signing: { kid: 'k4.pid.a' },
  publicKeys: () => [
    { kid: 'k4.pid.a', paserk: 'k4.public.a' },
    { kid: 'k4.pid.b', paserk: 'k4.public.b' },
  ],
};

const ordinary: HttpSettings = {
  publicUrl: ORIGIN,
  publicOrigins: [ORIGIN],
  allowedOrigins: ['https://partner.example'],
  trustProxy: [],
  requestDeadlineMs: 10_000,
  secureCookies: true,
};

/** The whole HTTP side over verbs whose stores are made up: no database, no Redis, nothing listens. */
export const fixture = (options: FixtureOptions = {}) => {
  const { verification = live, signIn = { remember: false, transport: 'cookie' } } = options;
  const logged: Logged[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const verified: { token: string; purpose: string }[] = [];
  const requests: { method: string; route: string; status: number }[] = [];
  const signIns: string[] = [];
  const check = () => Promise.resolve(verification);
  const verify = (token: string, purpose: string) => {
    verified.push({ token, purpose });
    return check();
  };
  const feed = { end: () => Promise.resolve({ xid: '0', id: '0' }), after: () => Promise.resolve([]) };
  const deps = {
    ...made,
    db: {
      read: (work: (em: object) => unknown) => Promise.resolve(work(em)),
      write: () => Promise.resolve(opened(signIn.remember, signIn.transport)),
    },
    authority: {
      verify,
      check,
      revoking: () => Promise.resolve({ sessionsEnded: 2 }),
      databaseNow: () => AT,
    },
    hub: new StreamHub({ feed, check, hints: { subscribe: () => () => {} }, clock, log }),
    log,
    ...options.deps,
  } as unknown as Deps;
  const metrics = {
    httpRequest: (request: (typeof requests)[number]) => void requests.push(request),
    clientRequest: () => undefined,
    signInAttempt: (_method: 'password', outcome: string) => void signIns.push(outcome),
  };
  const app = createApp({ deps, settings: { ...ordinary, ...options.settings }, keys, metrics });
  return { app, deps, logged, verified, requests, signIns };
};

export type Fixture = ReturnType<typeof fixture>;

export const COOKIE = { cookie: '__Host-portcullis=v4.public.cookie' };
export const OURS = { origin: ORIGIN, 'sec-fetch-site': 'same-origin' };
const JSON_TYPE = { 'content-type': 'application/json' };
export const signInInput = (more: object = {}) => ({
  email: 'person@example.test',
  password: PASSWORD,
  ...more,
});

/** A call as our own page makes it; headers given later win, and an empty one is left out. */
export const post = (
  app: Fixture['app'],
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  env?: object,
) =>
  app.request(
    `/trpc/${path}`,
    {
      method: 'POST',
      headers: Object.fromEntries(
        Object.entries({ ...JSON_TYPE, ...OURS, ...headers }).filter(([, value]) => value !== ''),
      ),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
    env,
  );

export const get = (app: Fixture['app'], path: string, headers: Record<string, string> = {}, env?: object) =>
  app.request(path, { headers }, env);

/** The refusal in an answer's body: `data` of the one error. */
export const refusalIn = async (response: Response): Promise<Record<string, unknown>> => {
  const body = (await response.json()) as { error: { message: string; data: Record<string, unknown> } };
  return body.error.data;
};
