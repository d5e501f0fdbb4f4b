import { createAuthority, type SessionAuthority } from '@portcullis/authority/authority';
import { FeedReader } from '@portcullis/authority/feed';
import { PostgresLeaseStore } from '@portcullis/authority/postgres/leases';
import { PostgresSessionStore } from '@portcullis/authority/postgres/sessions';
import { connectRedis, type RedisConnection } from '@portcullis/authority/redis/connection';
import { SettledFeed } from '@portcullis/authority/settled-feed';
import { NoIndex, RedisSessionIndex } from '@portcullis/authority/redis/session-index';
import type { RevokingStep } from '@portcullis/authority/revoke';
import { ManyVerifier } from '@portcullis/authority/verify-many';
import pg from 'pg';
import { createHints } from './adapters/hints.ts';
import { createKeyed } from './adapters/keyed.ts';
import { type KeyRing, parseKeyRing } from './adapters/key-ring.ts';
import { createLogger } from './adapters/logger.ts';
import { createMetrics, type Metrics, observe } from './adapters/metrics.ts';
import { createTokens } from './adapters/paseto.ts';
import { createRateLimiter } from './adapters/rate-limiter.ts';
import { fleetSize } from './fleet-size.ts';
import { createRefreshSecrets } from './adapters/refresh-secrets.ts';
import { systemClock, systemRandom } from './adapters/system.ts';
import { describeUserAgent } from './adapters/user-agent.ts';
import { createAuthorityFacade } from './authority.ts';
import type { Config } from './config.ts';
import { openDatabase, revokingStore } from './db/database.ts';
import type { AccountRow } from './db/entities/account.ts';
import type { Tx } from './db/transaction.ts';
import type { Keyed, Logger, TokenVerifier } from './ports.ts';
import type { Deps } from './services/context.ts';
import { hasherOf, passwordJudge } from './passwords.ts';
import { ClientDirectory } from './services/client/directory.ts';
import { FeedHub } from './services/client/feed-hub.ts';
import { ClientQuota } from './services/client/quota.ts';
import { StreamHub } from './services/session/stream-hub.ts';
import { UseRecorder } from './touch.ts';
import { VERSION } from './version.ts';

export interface ContainerOptions {
  log?: Logger;
  /** Awaited at each step of a revoking write; for tests that stop or kill it there. */
  at?: (step: RevokingStep, accountId: string) => Promise<void>;
}

/** The parts of one process, wired to each other. */
export interface Container {
  config: Config;
  deps: Deps;
  log: Logger;
  metrics: Metrics;
  authority: SessionAuthority<Tx, AccountRow>;
  tokens: TokenVerifier;
  ring: KeyRing;
  /** Connections that verifications have to themselves; also for the feed. */
  verifyPool: pg.Pool;
  redis: RedisConnection | null;
  /** Polls once and goes on polling; a store that is away may come later. */
  start(): Promise<void>;
  /** Gives the lease back and closes every connection. Call it once no request is running any more. */
  close(): Promise<void>;
}

const VERIFY_TIMEOUT_MS = 1_000;
const READ_INDEX_MS = 250;
const WRITE_INDEX_MS = 1_000;
const INDEX_KEY_TTL_MS = 24 * 3_600_000;
const LEASE_DEADLINE_MS = 1_000;
/** Verifications that may wait for a connection before others are told `unavailable`. */
const VERIFY_QUEUE = 1_000;

export const loggerFor = (config: Config, fd: 1 | 2 = 1): Logger =>
  createLogger({
    level: config.log.level,
    fd,
    pretty:
      config.environment === 'development' && Boolean((fd === 1 ? process.stdout : process.stderr).isTTY),
  });

/** Builds everything; waits for no store. */
export const buildContainer = async (config: Config, options: ContainerOptions = {}): Promise<Container> => {
  const log = options.log ?? loggerFor(config);
  const metrics = createMetrics();
  const ring = parseKeyRing(config.keys);
  const keyed = createKeyed(ring.secret);
  const tokens = createTokens({ ring, issuer: config.service.publicUrl, audience: config.service.publicUrl });
  const stores = await openStores(config, log);
  const { db, redis, verifyPool, sessions, leases, index } = stores;
  const authority = protocolOf(config, stores, log, options);
  const uses = new UseRecorder({ pool: verifyPool, index, lease: authority.lease, log });
  const hasher = hasherOf(config, ring, log);
  const limiter = limiterOf(config, stores, { keyed, log, metrics });
  const hints = createHints(redis, () => connectRedis(config.redis?.url ?? '', log, 'portcullis-hints'));
  observe(metrics, {
    passwordHashes: hasher.stats,
    signInAlarm: limiter.isAlarmed,
    reachesIndex: () => (redis === null ? null : authority.lease.reachesIndex()),
    indexBroken: () => index instanceof RedisSessionIndex && index.broken,
    databaseBroken: () => db.broken || sessions.broken,
  });
  const facade = createAuthorityFacade({
    tokens,
    authority,
    many: manyVerifierOf(config, stores, authority, log),
    uses,
    clock: systemClock,
    metrics,
  });
  const streams = { hints, clock: systemClock, log, counted: metrics.eventStreams };
  const hub = new StreamHub({ ...streams, feed: new FeedReader(verifyPool), check: facade.check });
  const deps: Deps = {
    db,
    authority: facade,
    hasher,
    tokens,
    refresh: createRefreshSecrets(ring.refreshKeys),
    limiter,
    keyed,
    hints,
    clock: systemClock,
    random: systemRandom,
    log,
    config: config.service,
    hub,
    services: servicesOf(config, stores, streams),
    describeUserAgent,
    judgePassword: passwordJudge(config, metrics),
  };
  return {
    config,
    deps,
    log,
    metrics,
    authority,
    tokens,
    ring,
    verifyPool,
    redis,
    start: () => authority.start(),
    close: async () => {
      hub.close();
      deps.services.feed.close();
      await authority.close();
      hints.close();
      await Promise.allSettled([leases.close(), verifyPool.end(), db.close()]);
      redis?.destroy();
    },
  };
};

const limiterOf = (
  config: Config,
  { redis, verifyPool }: Stores,
  { keyed, log, metrics }: { keyed: Keyed; log: Logger; metrics: Metrics },
) =>
  createRateLimiter({
    rules: config.limits.rules,
    keyed,
    redis,
    clock: systemClock,
    instances: fleetSize(verifyPool, systemClock),
    refused: metrics.rateLimited,
    alarmed: (on) =>
      log.warn(
        {},
        on ? 'sign-ins fail far more often than usual: limits are halved' : 'sign-ins fail as usual again',
      ),
  });

/** The protocol over these stores, as one process of it. */
const protocolOf = (config: Config, stores: Stores, log: Logger, { at }: ContainerOptions) =>
  createAuthority<Tx, AccountRow>(
    {
      index: stores.index,
      sessions: stores.sessions,
      leases: stores.leases,
      revoking: revokingStore(stores.db),
      clock: systemClock,
      random: systemRandom,
      log,
      ...(at ? { at } : {}),
    },
    { ...config.authority, instanceId: systemRandom.token(9) },
  );

const manyVerifierOf = (
  config: Config,
  { index, sessions: store }: Stores,
  { lease, healer }: SessionAuthority<Tx, AccountRow>,
  log: Logger,
) => {
  const heal = healer.attempt.bind(healer);
  const parts = { lease, index, store, clock: systemClock, random: systemRandom, log, heal };
  return new ManyVerifier(parts, config.authority);
};

const quotaOf = ({ limits }: Config): ClientQuota => {
  const [{ points, ms }] = limits.rules.client_tokens.windows;
  return new ClientQuota({ points, seconds: ms / 1_000 }, systemClock);
};

/** What other services are served with. */
const servicesOf = (
  config: Config,
  { db, verifyPool }: Stores,
  streams: Omit<ConstructorParameters<typeof FeedHub>[0], 'feed'>,
): Deps['services'] => ({
  clients: new ClientDirectory(db, systemClock),
  quota: quotaOf(config),
  feed: new FeedHub({ ...streams, feed: new SettledFeed(verifyPool) }),
});

type Stores = Awaited<ReturnType<typeof openStores>>;

const openStores = async (config: Config, log: Logger) => {
  const { url, poolMax, acquireTimeoutMs, statementTimeoutMs, lockTimeoutMs, verifyPoolMax } =
    config.database;
  const db = await openDatabase(
    { url, poolMax, acquireTimeoutMs, statementTimeoutMs, lockTimeoutMs },
    systemClock,
  );
  const verifyPool = new pg.Pool({
    connectionString: url,
    application_name: 'portcullis verify',
    max: verifyPoolMax,
    query_timeout: VERIFY_TIMEOUT_MS,
    connectionTimeoutMillis: VERIFY_TIMEOUT_MS,
    keepAlive: true,
  });
  verifyPool.on('error', (error) =>
    log.warn({ err: error }, 'an idle connection of the verifications was lost'),
  );
  const redis = config.redis === null ? null : connectRedis(config.redis.url, log);
  return {
    db,
    redis,
    verifyPool,
    sessions: new PostgresSessionStore(verifyPool, { concurrent: verifyPoolMax, queued: VERIFY_QUEUE }),
    leases: new PostgresLeaseStore(
      {
        connection: { connectionString: url, application_name: 'portcullis lease' },
        version: VERSION,
        deadlineMs: LEASE_DEADLINE_MS,
      },
      log,
    ),
    index:
      redis === null
        ? new NoIndex()
        : new RedisSessionIndex(redis, {
            readDeadlineMs: READ_INDEX_MS,
            writeDeadlineMs: WRITE_INDEX_MS,
            keyTtlMs: INDEX_KEY_TTL_MS,
          }),
  };
};
