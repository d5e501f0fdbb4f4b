import { createHash, randomBytes } from 'node:crypto';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import pg from 'pg';
import { createPasswordHasher } from '../../src/adapters/argon2.ts';
import { systemClock, systemRandom } from '../../src/adapters/system.ts';
import type { Environment } from './service.ts';
import { freshDatabase } from './template.ts';

export const PASSWORD = 'an honest passphrase 1';

export interface StoredPerson {
  accountId: string;
  email: string;
  password: string;
}

/** What a test may do to a database behind the program's back. */
export interface StoreMakers {
  query<T extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
  /** An account with a proven address, made without its mail. */
  person(password?: string): Promise<StoredPerson>;
  /** A link as the worker would have mailed it. */
  link(
    accountId: string,
    purpose: 'reset_password' | 'change_email' | 'undo_email_change',
    email?: string,
  ): Promise<string>;
}

/** The stores of one test file. */
export interface Stores extends StoreMakers {
  database: TestDatabase;
  redis: TestRedis;
  /** What a process needs to use them. */
  env: Environment;
  finish(): Promise<void>;
}

const hasher = createPasswordHasher({ memoryKiB: 1_024, timeCost: 1, queue: 1_000 }, systemClock);
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest();
export const anAddress = () => `${randomBytes(6).toString('hex')}@example.test`;

export const startStores = async (): Promise<Stores> => {
  const [redis, database] = await Promise.all([startTestRedis(), freshDatabase()]);
  const { query, close } = queries(database.url);
  return {
    database,
    redis,
    env: { DATABASE_URL: database.url, REDIS_URL: redis.url },
    ...makersOf(query),
    finish: async () => {
      await close();
      await database.drop();
      await redis.finish([/^pc:/, /^rl:/]);
    },
  };
};

export const makersOf = (query: StoreMakers['query']): StoreMakers => ({
  query,
  person: async (password = PASSWORD) => {
    const accountId = systemRandom.uuid();
    const email = anAddress();
    await query(
      'INSERT INTO portcullis.account (id, email, email_key, password_hash) VALUES ($1, $2, $2, $3)',
      [accountId, email, await hasher.hash(password)],
    );
    return { accountId, email, password };
  },
  link: async (accountId, purpose, email) => {
    const secret = randomBytes(32).toString('base64url');
    await query(
      `INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, payload, created_at, expires_at)
         SELECT gen_random_uuid(), id, link_epoch, $2, $3, $4, now(), now() + interval '30 minutes' FROM portcullis.account WHERE id = $1`,
      [accountId, purpose, sha256(secret), JSON.stringify(email === undefined ? {} : { email })],
    );
    return secret;
  },
});

/** Queries on a connection that is made for each of them: a test may stop the server in between. */
export const queries = (url: string) => {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'test' });
  pool.on('error', () => undefined);
  return {
    query: async <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> =>
      (await pool.query<T & pg.QueryResultRow>(sql, values)).rows,
    /** Runs `work` while this statement's transaction is open. */
    holding: async (sql: string, values: unknown[], work: () => Promise<void>): Promise<void> => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query(sql, values);
        await work();
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    },
    close: () => pool.end(),
  };
};
