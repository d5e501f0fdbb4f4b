import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@portcullis/devstack/postgres';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { type Environment, runProgram } from './service.ts';
import { makersOf, queries, type StoreMakers } from './service-stores.ts';

/** Stores of a test's own, to be stopped and frozen, each behind a proxy of its own. */
export interface Weather extends StoreMakers {
  /** Holds the logs of the servers. */
  dir: string;
  postgres: PostgresServer;
  redis: TestRedis;
  toPostgres: TcpProxy;
  toRedis: TcpProxy;
  /** Runs `work` while this statement's transaction is open. */
  holding(sql: string, values: unknown[], work: () => Promise<void>): Promise<void>;
  /** The stores as processes see them: behind the proxies. */
  env: Environment;
  finish(): Promise<void>;
}

export interface WeatherOptions {
  /** Settings of the Postgres server. */
  postgres?: Record<string, string>;
}

export const startWeather = async (options: WeatherOptions = {}): Promise<Weather> => {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-weather-'));
  const [postgres, redis] = await Promise.all([
    startPostgres({ dir, settings: { fsync: 'off', log_min_messages: 'fatal', ...options.postgres } }),
    startTestRedis(),
  ]);
  const migration = runProgram(['migrate'], { DATABASE_URL: postgres.url });
  if ((await migration.ended) !== 0) throw new Error(`the migration failed:\n${migration.output()}`);
  const [toPostgres, toRedis] = await Promise.all([
    startTcpProxyTo(postgres.url),
    startTcpProxyTo(redis.url),
  ]);
  // Past the proxy: what a test asks for itself it gets in any weather that the server itself survives.
  const { query, holding, close } = queries(postgres.url);
  return {
    dir,
    postgres,
    redis,
    toPostgres,
    toRedis,
    env: { DATABASE_URL: toPostgres.through(postgres.url), REDIS_URL: toRedis.through(redis.url) },
    ...makersOf(query),
    holding,
    finish: async () => {
      await close().catch(() => undefined);
      await Promise.all([toPostgres.stop(), toRedis.stop()]);
      await postgres.destroy();
      await redis.finish([/./]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
