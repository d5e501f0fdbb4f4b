import { randomBytes } from 'node:crypto';
import { createAuthority, type SessionAuthority } from '@portcullis/authority/authority';
import { FeedReader } from '@portcullis/authority/feed';
import { PostgresLeaseStore } from '@portcullis/authority/postgres/leases';
import { PostgresSessionStore } from '@portcullis/authority/postgres/sessions';
import { connectRedis, type RedisConnection } from '@portcullis/authority/redis/connection';
import { NoIndex, RedisSessionIndex } from '@portcullis/authority/redis/session-index';
import { RevocationUnavailable } from '@portcullis/authority/errors';
import type { RevokingStep } from '@portcullis/authority/revoke';
import type {
  GenerationStore,
  LeaseStore,
  Random,
  SessionIndex,
  SessionStore,
} from '@portcullis/authority/ports';
import type { Verdict } from '@portcullis/authority/verify';
import pg from 'pg';
import { createPasswordHasher, type HasherStats } from '../../src/adapters/argon2.ts';
import { createKeyed } from '../../src/adapters/keyed.ts';
import { createRefreshSecrets } from '../../src/adapters/refresh-secrets.ts';
import { systemClock, systemRandom } from '../../src/adapters/system.ts';
import { type Database, openDatabase, revokingStore } from '../../src/db/database.ts';
import type { AccountRow } from '../../src/db/entities/account.ts';
import type { Tx } from '../../src/db/transaction.ts';
import { AuthError } from '../../src/errors.ts';
import type { PasswordHasher, TokenSubject } from '../../src/ports.ts';
import type { Deps, RequestContext, SignedInContext } from '../../src/services/context.ts';
import { settings } from './settings.ts';

export interface InstanceOptions {
  databaseUrl: string;
  redisUrl: string | null;
  leaseMs?: number;
  pollMs?: number;
  /** Connections of the verbs' pool. */
  poolMax?: number;
  at?: (step: RevokingStep, accountId: string) => Promise<void>;
  /** Wraps the index: for tests that hold or lose one command. */
  index?: (real: SessionIndex) => SessionIndex;
  /** Wraps the reads for verification: for tests that count or hold one. */
  sessions?: (real: PostgresSessionStore) => SessionStore & GenerationStore;
  /** Wraps the polls and registrations: for tests that count, hold or refuse one. */
  leases?: (real: LeaseStore) => LeaseStore;
  /** Connections of the verifications' pool. */
  verifyMax?: number;
  /** Newest first; every instance of a test has the same one without it. */
  refreshKeys?: Buffer[];
  /** Replaces the jitter. */
  fraction?: Random['fraction'];
  databaseLoss?: 'refuse' | 'serve';
  hasher?: Parameters<typeof createPasswordHasher>[0];
  onQuery?: (sql: string) => void;
  /** Replaces the hasher: for tests that stop a sign-in between its proof and its session. */
  wrapHasher?: (real: PasswordHasher) => PasswordHasher;
}

/** One API instance without its transports: the verbs on the real protocol, real Postgres and real Redis. */
export interface Instance {
  deps: Deps;
  db: Database;
  authority: SessionAuthority<Tx, AccountRow>;
  feed: FeedReader;
  hasher: PasswordHasher & { stats: () => HasherStats };
  redis: RedisConnection | null;
  index: SessionIndex;
  /** The verifications' connections. */
  verifyPool: pg.Pool;
  leases: LeaseStore;
  ctx(): RequestContext;
  /** A caller found live by a verification of this instance. @throws Error when it is not live. */
  as(sessionId: string, accountId: string): Promise<SignedInContext>;
  verify(sessionId: string, accountId: string): Promise<Verdict>;
  close(): Promise<void>;
}

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
// The same keys in every instance of a test run, as in a deployment.
const secret = Buffer.alloc(32, 'portcullis-test-secret');
const refreshKey = Buffer.alloc(32, 'portcullis-test-refresh');

const config: Deps['config'] = {
  publicUrl: 'http://localhost:5173',
  session: {
    idleSeconds: 43_200,
    absoluteSeconds: 86_400,
    rememberIdleSeconds: 1_209_600,
    rememberAbsoluteSeconds: 2_592_000,
  },
  accessTokenSeconds: 600,
  refreshWindowSeconds: 60,
  stepUpSeconds: 600,
  registrationSeconds: 86_400,
  resetLinkSeconds: 1_800,
  emailChangeLinkSeconds: 3_600,
  undoLinkSeconds: 604_800,
  passwordMinLength: 15,
};

export const startInstance = async (options: InstanceOptions): Promise<Instance> => {
  const { databaseUrl, redisUrl, leaseMs = 30_000, at } = options;
  const db = await openDatabase(
    {
      ...settings(databaseUrl),
      poolMax: options.poolMax ?? 10,
      ...(options.onQuery ? { onQuery: options.onQuery } : {}),
    },
    systemClock,
  );
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.verifyMax ?? 4,
    query_timeout: 2_000,
    connectionTimeoutMillis: 2_000,
    application_name: 'verify',
  });
  pool.on('error', () => undefined);
  const ownLeases = new PostgresLeaseStore(
    {
      connection: { connectionString: databaseUrl, application_name: 'lease' },
      version: 'test',
      deadlineMs: 1_000,
    },
    quiet,
  );
  const leases = options.leases?.(ownLeases) ?? ownLeases;
  const redis = redisUrl === null ? null : connectRedis(redisUrl, quiet);
  const real =
    redis === null
      ? new NoIndex()
      : new RedisSessionIndex(redis, { readDeadlineMs: 500, writeDeadlineMs: 1_000, keyTtlMs: 86_400_000 });
  const index = options.index?.(real) ?? real;
  const sessions = new PostgresSessionStore(pool, { concurrent: options.verifyMax ?? 4, queued: 1_000 });
  const authority = createAuthority<Tx, AccountRow>(
    {
      index,
      sessions: options.sessions?.(sessions) ?? sessions,
      leases,
      revoking: revokingStore(db),
      clock: systemClock,
      random: options.fraction ? { ...systemRandom, fraction: options.fraction } : systemRandom,
      log: quiet,
      ...(at ? { at } : {}),
    },
    {
      instanceId: randomBytes(9).toString('base64url'),
      leaseMs,
      pollMs: options.pollMs ?? 1_000,
      sweepMs: 3_600_000,
      databaseLoss: options.databaseLoss ?? 'refuse',
    },
  );
  if (redis !== null) await untilReady(redis);
  await authority.start();
  const hasher = createPasswordHasher(
    options.hasher ?? { memoryKiB: 1_024, timeCost: 1, queue: 1_000, waitMs: 30_000 },
    systemClock,
  );
  const verify = (sessionId: string, accountId: string) => authority.verifier.verify(sessionId, accountId);
  const deps = {
    db,
    authority: {
      verify: () => Promise.reject(new Error('tokens are not part of this fixture')),
      check: () => Promise.reject(new Error('use instance.verify')),
      revoking: typedErrors(authority),
      databaseNow: () => new Date(authority.lease.databaseNowMs() ?? Number.NaN),
    },
    hasher: options.wrapHasher?.(hasher) ?? hasher,
    tokens: { issue: (subject: TokenSubject) => Promise.resolve(`${subject.purpose}:${subject.sessionId}`) },
    refresh: createRefreshSecrets(options.refreshKeys ?? [refreshKey]),
    limiter: {
      consume: () => Promise.resolve(),
      tryConsume: () => Promise.resolve(true),
      refund: () => Promise.resolve(),
      signInFailed: () => undefined,
    },
    keyed: createKeyed(secret),
    hints: { publish: () => undefined },
    clock: systemClock,
    random: systemRandom,
    log: quiet,
    config,
    judgePassword: () => Promise.resolve([]),
    describeUserAgent: () => ({ browser: null, os: null, device: null }),
  } as unknown as Deps;
  const ctx = (): RequestContext => ({
    deps,
    requestId: 'test',
    ip: '192.0.2.1',
    userAgent: 'test',
    language: null,
    deadlineMs: systemClock.monotonicMs() + 10_000,
  });
  return {
    deps,
    db,
    authority,
    feed: new FeedReader(pool),
    hasher,
    redis,
    index,
    verifyPool: pool,
    leases,
    ctx,
    verify,
    as: async (sessionId, accountId) => {
      const verdict = await verify(sessionId, accountId);
      if (verdict.status !== 'live') throw new Error(`the session is not live: ${JSON.stringify(verdict)}`);
      return { ...ctx(), caller: { accountId, sessionId, transport: 'bearer', session: verdict.session } };
    },
    close: async () => {
      await authority.close();
      await ownLeases.close();
      await pool.end();
      await db.close();
      redis?.destroy();
    },
  };
};

/** What the program's own facade does with the protocol's one error. */
const typedErrors =
  (authority: SessionAuthority<Tx, AccountRow>): Deps['authority']['revoking'] =>
  async (accountId, deadlineMs, decide) => {
    try {
      return await authority.revoker.revoking(accountId, deadlineMs, decide);
    } catch (error) {
      if (!(error instanceof RevocationUnavailable)) throw error;
      throw new AuthError('unavailable', {
        cause: error,
        ...(error.mayHaveTakenEffect ? { mayHaveTakenEffect: true as const } : {}),
      });
    }
  };

const untilReady = async (redis: RedisConnection): Promise<void> => {
  if (redis.isReady) return;
  await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
};
