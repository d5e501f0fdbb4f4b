import { PostgresLeaseStore } from '@portcullis/authority/postgres/leases';
import { connectRedis } from '@portcullis/authority/redis/connection';
import { RedisSessionIndex } from '@portcullis/authority/redis/session-index';
import type pg from 'pg';
import { withConnection } from './adapters/postgres-connection.ts';
import { systemClock, systemRandom } from './adapters/system.ts';
import type { Config } from './config.ts';
import { VERSION } from './version.ts';

/** The registered history of the session index, for operators (consistency P6). */

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const ATTEMPTS = 20;
const PAUSE_MS = 150;

export interface AdoptedIndex {
  generation: string;
  replicationIds: string[];
  /** Instances with a live lease on an older generation when the wait ended. */
  pending: number;
}

/**
 * Registers these histories as the next generation and waits, at most for one lease, until every instance uses it.
 * @returns null when others held or replaced the generation each time.
 */
export const adoptIndex = async (config: Config, replicationIds: string[]): Promise<AdoptedIndex | null> => {
  const instanceId = `operator-${systemRandom.token(9)}`;
  const store = new PostgresLeaseStore(
    {
      connection: { connectionString: config.database.url, application_name: 'portcullis index' },
      version: VERSION,
      deadlineMs: 3_000,
    },
    quiet,
  );
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // Reports no generation, so that this process never gets a lease it would not honour.
      const seen = await store.poll({
        instanceId,
        generation: null,
        reachesIndex: false,
        leaseMs: config.authority.leaseMs,
      });
      const stayed =
        seen.registeredOn !== null &&
        seen.registeredOn.systemId === seen.history.systemId &&
        seen.registeredOn.timeline === seen.history.timeline;
      const generation = { name: systemRandom.token(16), replicationIds };
      const leasesComplete = stayed && seen.leasesComplete;
      if (
        await store.register({
          instanceId,
          instead: seen.generation.name,
          generation,
          history: seen.history,
          leasesComplete,
          unlessReached: false,
        })
      )
        return { generation: generation.name, replicationIds, pending: await untilAdopted(config) };
      await systemClock.sleep(PAUSE_MS + systemRandom.fraction() * PAUSE_MS);
    }
    return null;
  } finally {
    await store.close();
  }
};

export interface ShownIndex {
  generation: string;
  replicationIds: string[] | null;
  registeredAt: string;
  leases: { instance: string; version: string; current: boolean; reaches: boolean; expiresAt: string }[];
}

const LIVE_LEASES = `
SELECT l.instance_id AS instance, l.version, l.generation = g.generation AS current, l.reaches_index AS reaches, l.expires_at AS "expiresAt"
FROM portcullis.index_lease l, portcullis.index_generation g WHERE l.expires_at > clock_timestamp() ORDER BY l.started_at`;

export const showIndex = (databaseUrl: string): Promise<ShownIndex> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{
      generation: string;
      replicationIds: string[] | null;
      registeredAt: Date;
    }>(
      'SELECT generation, replication_ids AS "replicationIds", registered_at AS "registeredAt" FROM portcullis.index_generation',
    );
    const leases = await client.query<ShownIndex['leases'][number] & { expiresAt: Date }>(LIVE_LEASES);
    const [row] = rows;
    if (row === undefined) throw new Error('portcullis.index_generation has no row: run the migrations');
    const shown = leases.rows.map((lease) => ({
      ...lease,
      expiresAt: new Date(lease.expiresAt).toISOString(),
    }));
    return { ...row, registeredAt: row.registeredAt.toISOString(), leases: shown };
  });

/** The history of the Redis at this address; null when there is none, or it is no primary. */
export const historyOfRedis = async (url: string | null): Promise<string[] | null> => {
  if (url === null) return null;
  const redis = connectRedis(url, quiet, 'portcullis-index');
  const index = new RedisSessionIndex(redis, {
    readDeadlineMs: 1_000,
    writeDeadlineMs: 1_000,
    keyTtlMs: 1_000,
  });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const reached = await index.reached();
      if (reached !== null) return [...reached];
      await systemClock.sleep(PAUSE_MS);
    }
    return null;
  } finally {
    redis.destroy();
  }
};

const untilAdopted = (config: Config): Promise<number> =>
  withClient(config.database.url, async (client) => {
    const untilMs = systemClock.monotonicMs() + config.authority.leaseMs;
    for (;;) {
      const { rows } = await client.query<{ current: boolean }>(LIVE_LEASES);
      const pending = rows.filter(({ current }) => !current).length;
      if (pending === 0 || systemClock.monotonicMs() > untilMs) return pending;
      await systemClock.sleep(PAUSE_MS);
    }
  });

const withClient = <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> =>
  withConnection({ url, name: 'portcullis index' }, work);
