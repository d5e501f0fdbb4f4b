import { readFileSync } from 'node:fs';
import type { KeySettings } from './adapters/key-ring.ts';
import { DEVELOPMENT_KEYS } from './config/development-keys.ts';
import { type LimitFacts, limitsOf } from './config/limits.ts';
import { type ConfigProblem, isLocal, problemsBetween } from './config/rules.ts';
import { isSecret, SETTING_NAMES, type SettingName, type Settings, settings } from './config/settings.ts';
import type { LimitRule } from './ports.ts';
import type { CleanUpPolicy } from './services/cleanup/policy.ts';
import type { ServiceConfig } from './services/config.ts';

/** The whole configuration, read once and never changed; times carry their unit in the name. */
export interface Config {
  environment: 'development' | 'test' | 'production';
  http: {
    host: string;
    port: number;
    /** IP addresses and networks whose `X-Forwarded-For` is believed. */
    trustProxy: readonly string[];
    /** Origins of our own pages: what an `Origin` header of an unsafe call may say. */
    publicOrigins: readonly string[];
    /** Further origins whose pages may call (CORS). */
    allowedOrigins: readonly string[];
    requestDeadlineMs: number;
    /** `PUBLIC_URL` is https: cookies are Secure and carry the `__Host-` prefix. */
    secureCookies: boolean;
  };
  ops: { host: string; port: number };
  database: {
    url: string;
    poolMax: number;
    verifyPoolMax: number;
    acquireTimeoutMs: number;
    statementTimeoutMs: number;
    lockTimeoutMs: number;
  };
  redis: { url: string } | null;
  smtp: { url: string; from: string; requireTls: boolean };
  keys: KeySettings;
  hasher: { memoryKiB: number; timeCost: number; queue: number; waitMs: number; concurrent?: number };
  /** Without an address new passwords are looked up nowhere outside. */
  breachCheck: { url: string; timeoutMs: number } | null;
  authority: { leaseMs: number; pollMs: number; sweepMs: number; databaseLoss: 'refuse' | 'serve' };
  limits: { mode: 'standard' | 'relaxed'; rules: Record<LimitRule, LimitFacts> };
  log: { level: Settings['LOG_LEVEL'] };
  worker: { concurrency: number };
  /** Without addresses the worker runs no canary. */
  canary: { urls: readonly string[]; everyMs: number };
  cleanUp: Pick<
    CleanUpPolicy,
    'sessionSeconds' | 'feedSeconds' | 'noticeSeconds' | 'leaseSeconds' | 'auditMonths'
  >;
  /** What verbs see. */
  service: ServiceConfig;
}

export type Environment = Record<string, string | undefined>;

/** Everything that is wrong with the environment, at once; no message holds a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      [
        'The configuration has problems:',
        ...problems.map(({ name, problem }) => `  ${name} ${problem}`),
      ].join('\n'),
    );
    this.problems = problems;
  }
}

/** Reads the configuration. @throws ConfigError with every problem found. */
export const loadConfig = (env: Environment): Config => {
  const problems: ConfigProblem[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const parsed = settings.shape[name].safeParse(rawValue(env, name, problems));
    if (parsed.success) values[name] = parsed.data;
    else problems.push({ name, problem: parsed.error.issues[0]?.message ?? 'is not valid' });
  }
  if (values.DATABASE_URL === undefined && !problems.some(({ name }) => name.startsWith('DATABASE_URL')))
    problems.push({
      name: 'DATABASE_URL',
      problem: 'is required: the address of a Postgres, such as postgresql://user:password@host/database',
    });
  problems.push(...unknownNames(env), ...problemsBetween(values as Partial<Settings>));
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(assemble(values as Settings & { DATABASE_URL: string }));
};

/** Names of the repository's own scripts and tests, which the service does not read. */
const FOREIGN = /^PORTCULLIS_(?:TEST_.*|STATE_DIR|CHROMIUM|API_URL)$/;

const unknownNames = (env: Environment): ConfigProblem[] => {
  const known = new Set<string>(
    SETTING_NAMES.flatMap((name) => (isSecret(name) ? [name, `${name}_FILE`] : [name])),
  );
  return Object.keys(env)
    .filter((name) => name.startsWith('PORTCULLIS_') && !known.has(name) && !FOREIGN.test(name))
    .sort()
    .map((name) => ({ name, problem: 'is not a setting: portcullis config docs lists them all' }));
};

/** The text of a setting; an empty one counts as not set. A secret may stand in a file. */
const rawValue = (env: Environment, name: SettingName, problems: ConfigProblem[]): string | undefined => {
  const direct = env[name]?.trim() === '' ? undefined : env[name];
  const file = isSecret(name) ? env[`${name}_FILE`] : undefined;
  if (file === undefined || file === '') return direct;
  if (direct !== undefined) {
    problems.push({ name: `${name}_FILE`, problem: `is set together with ${name}: keep one of them` });
    return direct;
  }
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    problems.push({ name: `${name}_FILE`, problem: 'names a file that cannot be read' });
    return undefined;
  }
};

const POLL_MS = 1_000;
const SWEEP_MS = 3_600_000;
const DAY = 86_400;

const assemble = (s: Settings & { DATABASE_URL: string }): Config => {
  const isProduction = s.NODE_ENV === 'production';
  const host = isProduction ? '0.0.0.0' : '127.0.0.1';
  const smtpUrl = s.SMTP_URL ?? 'smtp://127.0.0.1:1025';
  return {
    environment: s.NODE_ENV,
    http: {
      host: s.HOST ?? host,
      port: s.PORT,
      trustProxy: s.TRUST_PROXY ?? [],
      publicOrigins: publicOrigins(s.PUBLIC_URL, isProduction),
      allowedOrigins: s.PORTCULLIS_ALLOWED_ORIGINS ?? [],
      requestDeadlineMs: s.PORTCULLIS_REQUEST_DEADLINE_MS,
      secureCookies: s.PUBLIC_URL.startsWith('https:'),
    },
    ops: { host: s.OPS_HOST ?? host, port: s.OPS_PORT },
    database: {
      url: s.DATABASE_URL,
      poolMax: s.PORTCULLIS_DATABASE_POOL_MAX,
      verifyPoolMax: s.PORTCULLIS_DATABASE_VERIFY_POOL_MAX,
      acquireTimeoutMs: s.PORTCULLIS_STATEMENT_TIMEOUT_MS,
      statementTimeoutMs: s.PORTCULLIS_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: s.PORTCULLIS_LOCK_TIMEOUT_MS,
    },
    redis: s.REDIS_URL === undefined ? null : { url: s.REDIS_URL },
    smtp: {
      url: smtpUrl,
      from: s.PORTCULLIS_MAIL_FROM,
      requireTls: isProduction && !s.PORTCULLIS_ALLOW_PLAINTEXT_STORES && !isLocal(smtpUrl),
    },
    keys: {
      PORTCULLIS_KEYS: s.PORTCULLIS_KEYS ?? DEVELOPMENT_KEYS.PORTCULLIS_KEYS,
      PORTCULLIS_REFRESH_KEYS: s.PORTCULLIS_REFRESH_KEYS ?? DEVELOPMENT_KEYS.PORTCULLIS_REFRESH_KEYS,
      PORTCULLIS_SECRET: s.PORTCULLIS_SECRET ?? DEVELOPMENT_KEYS.PORTCULLIS_SECRET,
      ...(s.PORTCULLIS_PASSWORD_PEPPERS === undefined
        ? {}
        : { PORTCULLIS_PASSWORD_PEPPERS: s.PORTCULLIS_PASSWORD_PEPPERS }),
    },
    hasher: {
      memoryKiB: s.PORTCULLIS_ARGON2_MEMORY_KIB,
      timeCost: s.PORTCULLIS_ARGON2_PASSES,
      queue: s.PORTCULLIS_ARGON2_QUEUE,
      waitMs: s.PORTCULLIS_ARGON2_WAIT_MS,
      ...(s.PORTCULLIS_ARGON2_CONCURRENT === undefined ? {} : { concurrent: s.PORTCULLIS_ARGON2_CONCURRENT }),
    },
    breachCheck:
      s.PORTCULLIS_BREACH_CHECK_URL === undefined
        ? null
        : { url: s.PORTCULLIS_BREACH_CHECK_URL, timeoutMs: s.PORTCULLIS_BREACH_CHECK_TIMEOUT_MS },
    authority: {
      leaseMs: s.PORTCULLIS_LEASE_SECONDS * 1_000,
      pollMs: POLL_MS,
      sweepMs: SWEEP_MS,
      databaseLoss: s.PORTCULLIS_DATABASE_LOSS,
    },
    limits: { mode: s.PORTCULLIS_RATE_LIMITS, rules: limitsOf(s.PORTCULLIS_RATE_LIMITS) },
    log: { level: s.LOG_LEVEL },
    worker: { concurrency: s.PORTCULLIS_WORKER_CONCURRENCY },
    canary: { urls: s.PORTCULLIS_CANARY_URLS ?? [], everyMs: s.PORTCULLIS_CANARY_SECONDS * 1_000 },
    cleanUp: {
      sessionSeconds: s.PORTCULLIS_KEEP_SESSION_DAYS * DAY,
      feedSeconds: s.PORTCULLIS_KEEP_FEED_DAYS * DAY,
      noticeSeconds: s.PORTCULLIS_KEEP_NOTICE_DAYS * DAY,
      leaseSeconds: s.PORTCULLIS_LEASE_SECONDS,
      auditMonths: s.PORTCULLIS_KEEP_AUDIT_MONTHS ?? null,
    },
    service: serviceSlice(s),
  };
};

const serviceSlice = (s: Settings): ServiceConfig => ({
  publicUrl: s.PUBLIC_URL,
  session: {
    idleSeconds: s.PORTCULLIS_SESSION_IDLE_SECONDS,
    absoluteSeconds: s.PORTCULLIS_SESSION_ABSOLUTE_SECONDS,
    rememberIdleSeconds: s.PORTCULLIS_SESSION_REMEMBER_IDLE_SECONDS,
    rememberAbsoluteSeconds: s.PORTCULLIS_SESSION_REMEMBER_ABSOLUTE_SECONDS,
  },
  accessTokenSeconds: s.PORTCULLIS_ACCESS_TOKEN_SECONDS,
  refreshWindowSeconds: s.PORTCULLIS_REFRESH_WINDOW_SECONDS,
  stepUpSeconds: s.PORTCULLIS_STEP_UP_SECONDS,
  registrationSeconds: s.PORTCULLIS_REGISTRATION_SECONDS,
  resetLinkSeconds: s.PORTCULLIS_RESET_LINK_SECONDS,
  emailChangeLinkSeconds: s.PORTCULLIS_EMAIL_CHANGE_LINK_SECONDS,
  undoLinkSeconds: s.PORTCULLIS_UNDO_LINK_SECONDS,
  passwordMinLength: s.PORTCULLIS_PASSWORD_MIN_LENGTH,
});

/** A developer opens the page under either name of this machine. */
const publicOrigins = (publicUrl: string, isProduction: boolean): string[] => {
  const url = new URL(publicUrl);
  const port = url.port === '' ? '' : `:${url.port}`;
  const local = isProduction
    ? []
    : ['localhost', '127.0.0.1'].map((name) => `${url.protocol}//${name}${port}`);
  return [...new Set([url.origin, ...local])];
};

const deepFreeze = <T extends object>(value: T): T => {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
};
