import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startPostgres } from '@portcullis/devstack/postgres';
import { startRedis, type RedisServer } from '@portcullis/devstack/redis';
import { withDatabase } from '@portcullis/devstack/test-database';
import pg from 'pg';
import { createClient } from 'redis';
import type { Undo } from '@portcullis/devstack/undo';

/** One Postgres of the run, in which each target gets a database, and a Redis for each that wants one. */
export interface Stores {
  readonly versions: { postgres: string; redis: string };
  /** @returns the URL of an empty database, or of a copy of the one named */
  database(template?: string): Promise<string>;
  redis(undo: Undo): Promise<RedisServer>;
}

/** @throws Error when there is no Redis to be had: nearly everything here needs one */
export const startStores = async (dir: string, undo: Undo, databaseUrl?: string): Promise<Stores> => {
  const postgres = await startPostgres({ dir, databaseUrl });
  undo.add(() => postgres.destroy());
  const started = async (name: string): Promise<RedisServer> => {
    let reason = '';
    const server = await startRedis({ dir: join(dir, name), explain: (why) => (reason = why) });
    if (server === null) throw new Error(reason);
    return server;
  };
  const first = await started('redis-version');
  const versions = {
    postgres: await versionOf(postgres.url),
    redis: await redisVersion(first.url),
  };
  await first.stop();
  let count = 0;
  return {
    versions,
    database: async (template) => {
      const name = `bench_${(count += 1)}_${randomBytes(3).toString('hex')}`;
      const from = template === undefined ? '' : ` template ${nameOf(template)}`;
      await withClient(postgres.url, (client) => client.query(`create database ${name}${from}`));
      return withDatabase(postgres.url, name);
    },
    redis: async (own) => {
      const server = await started(`redis-${(count += 1)}`);
      own.add(() => server.stop());
      return server;
    },
  };
};

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** @returns what the work returns; the connection is closed whatever becomes of it */
export const withClient = async <T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const versionOf = (url: string): Promise<string> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  });

const connectionTo = (url: string) => createClient({ url, RESP: 3 });

/** @returns what the work returns */
export const withRedis = async <T>(
  url: string,
  work: (client: ReturnType<typeof connectionTo>) => Promise<T>,
): Promise<T> => {
  const client = connectionTo(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
};

const redisVersion = (url: string): Promise<string> =>
  withRedis(url, async (client) => {
    const info = await client.info('server');
    return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown';
  });
