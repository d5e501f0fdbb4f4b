import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, open, rows } from '../support/people.ts';
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

const costOfRevokingAll = async (sessions: number) => {
  const person = await makePerson(instance);
  const own = await open(instance, person);
  await rows(
    instance,
    `INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at, idle_seconds, idle_expires_at, expires_at)
     SELECT md5(random()::text) || n, ?, 1, 'cookie', false, now(), now(), now(), 3600, now() + interval '1 hour', now() + interval '1 day' FROM generate_series(2, ?) AS n`,
    [person.accountId, sessions],
  );
  await rows(instance, 'VACUUM (ANALYZE) portcullis.session');
  const caller = await instance.as(own.sessionId, own.accountId);
  // A statement of each kind once, so that both measurements find the same plans and catalogue entries.
  await rows(
    instance,
    'SELECT count(*) FROM portcullis.session WHERE account_id = ? AND epoch = 0 AND revoked_at IS NULL',
    [person.accountId],
  );
  const from = await touched();
  statements.length = 0;
  const { sessionsEnded } = await revokeAll(caller);
  const issued = statements.length;
  return { sessionsEnded, statements: issued, buffers: (await touched()) - from };
};

it('G7: ending all sessions of an account costs the same with 1 and with 100,000', async () => {
  await costOfRevokingAll(1);
  const one = await costOfRevokingAll(1);
  const many = await costOfRevokingAll(100_000);
  console.info(`G7: ${JSON.stringify({ one, many })}`);
  expect(one.sessionsEnded).toBe(1);
  expect(many.sessionsEnded).toBe(1_000);
  expect(many.statements).toBe(one.statements);
  expect(many.buffers).toBeLessThanOrEqual(one.buffers * 1.1);
});
