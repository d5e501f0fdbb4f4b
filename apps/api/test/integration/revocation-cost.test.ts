import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { revokeAll, revokeOthers } from '../../src/services/session/revoke.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, open, type Opened, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

let base: TestDatabase;
let redis: TestRedis;
let instance: Instance;
const statements: string[] = [];

beforeAll(async () => {
  base = await freshDatabase();
  redis = await startTestRedis();
  // One connection: what this test reads of its backend is what the verb did there, and nothing else.
  instance = await startInstance({
    databaseUrl: base.url,
    redisUrl: redis.url,
    poolMax: 1,
    onQuery: (sql) => void statements.push(sql),
  });
});
afterAll(async () => {
  await instance.close();
  await finishRedis(redis);
  await base.drop();
});

/** Shared buffers that this backend has touched so far. */
const touched = async () => {
  await rows(instance, 'SELECT pg_stat_force_next_flush()');
  const [row] = await rows<{ n: string }>(
    instance,
    'SELECT sum(coalesce(hits, 0) + coalesce(reads, 0))::text AS n FROM pg_stat_get_backend_io(pg_backend_pid())',
  );
  return Number(row?.n);
};

const CROWD = 100_000;

/** Two accounts in one table, so that both are looked up through the same trees: one session, and a crowd. */
const prepare = async () => {
  const accounts = await Promise.all([1, CROWD].map(() => makePerson(instance)));
  const [one, many] = await Promise.all(accounts.map((person) => open(instance, person)));
  if (!one || !many) throw new Error('two accounts were made');
  // On a connection without the service's time limits: a crowd takes its time to make.
  const maker = new pg.Client({ connectionString: base.url });
  await maker.connect();
  await maker.query(
    `INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at, idle_seconds, idle_expires_at, expires_at)
     SELECT md5(random()::text) || n, $1, 1, 'cookie', false, now(), now(), now(), 43200, now() + interval '1 hour' + random() * interval '11 hours', now() + interval '1 day' FROM generate_series(2, $2::int) AS n`,
    [many.accountId, CROWD],
  );
  await maker.query('VACUUM (ANALYZE) portcullis.session');
  await maker.end();
  return { one, many };
};

const costOfRevokingAll = async ({ sessionId, accountId }: Opened) => {
  const caller = await instance.as(sessionId, accountId);
  const from = await touched();
  statements.length = 0;
  const { sessionsEnded } = await revokeAll(caller);
  const issued = statements.length;
  return { sessionsEnded, statements: issued, buffers: (await touched()) - from };
};

it('G7: ending all sessions of an account costs the same with 1 and with 100,000', async () => {
  const { one, many } = await prepare();
  // Once for nothing: catalogue entries and plans are the connection's, not the account's.
  await costOfRevokingAll(await open(instance, await makePerson(instance)));
  const first = await costOfRevokingAll(one);
  const crowd = await costOfRevokingAll(many);
  console.info(`G7: ${JSON.stringify({ one: first, many: crowd })}`);
  expect(first.sessionsEnded).toBe(1);
  expect(crowd.sessionsEnded).toBe(1_000);
  expect(crowd.statements).toBe(first.statements);
  expect(crowd.buffers).toBeLessThanOrEqual(first.buffers * 1.1);
}, 120_000);

it('counts what was live: neither what expired, idle or for good, nor what was revoked, nor the caller', async () => {
  const own = await open(instance, await makePerson(instance));
  const add = (idle: string, absolute: string, revoked = 'NULL') =>
    rows(
      instance,
      `INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at, idle_seconds, idle_expires_at, expires_at, revoked_at, revoked_by)
       SELECT md5(random()::text), ?, 1, 'cookie', false, now(), now(), now(), 60, now() + interval '${idle}', now() + interval '${absolute}', ${revoked},
         CASE WHEN ${revoked} IS NULL THEN NULL ELSE 'sign_out' END`,
      [own.accountId],
    );
  for (const idle of ['2 hours', '30 seconds', '11 hours']) await add(idle, '1 day');
  await add('2 hours', '30 seconds');
  await add('-1 second', '1 day');
  await add('-3 hours', '1 day');
  await add('1 hour', '-1 second');
  await add('2 hours', '1 day', 'now()');
  const caller = await instance.as(own.sessionId, own.accountId);
  expect(await revokeOthers(caller)).toEqual({ sessionsEnded: 4 });
  expect(await revokeOthers(caller)).toEqual({ sessionsEnded: 0 });
  expect(await revokeAll(caller)).toEqual({ sessionsEnded: 1 });
});
