import { randomUUID } from 'node:crypto';
import { PostgresSessionStore } from '@portcullis/authority/postgres/sessions';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase } from '../support/template.ts';

const PATIENT = { timeout: 20_000 };

let base: TestDatabase;
let proxy: TcpProxy;
let pool: pg.Pool;
let store: PostgresSessionStore;

beforeAll(async () => {
  base = await freshDatabase();
  proxy = await startTcpProxyTo(base.url);
  pool = new pg.Pool({
    connectionString: proxy.through(base.url),
    application_name: 'one verification',
    max: 1,
  });
  pool.on('error', () => undefined);
  store = new PostgresSessionStore(pool, { concurrent: 2, queued: 2 });
}, 60_000);
afterAll(async () => {
  await pool.end();
  await proxy.stop();
  await base.drop();
});

const ofTheStore = `FROM pg_stat_activity WHERE application_name = 'one verification'`;

// Without a listener of its own on the connection this ended the process: one chunk from Postgres held the end of one
// caller's answer and the end of the connection, which by then had passed to the next caller.
it('a connection that ends between two callers fails the second one, and ends nothing else', async () => {
  const admin = new pg.Client({ connectionString: base.url });
  await admin.connect();
  const [accountId, sessionId] = [randomUUID(), 'a'.repeat(22)];
  expect(await store.truth(sessionId, accountId)).toEqual({ kind: 'missing' });
  proxy.pause('toClient');
  const first = store.truth(sessionId, accountId);
  const second = store.whileNobodyRevokes(accountId, async () => undefined);
  const outcomes = Promise.allSettled([first, second]);
  await expect
    .poll(
      async () =>
        (await admin.query(`SELECT state ${ofTheStore} AND query LIKE '%portcullis.session%'`)).rows,
      PATIENT,
    )
    .toEqual([{ state: 'idle' }]);
  await admin.query(`SELECT pg_terminate_backend(pid) ${ofTheStore}`);
  await expect.poll(async () => (await admin.query(`SELECT 1 ${ofTheStore}`)).rowCount, PATIENT).toBe(0);
  proxy.mend();
  const [answered, failed] = await outcomes;
  expect(answered).toEqual({ status: 'fulfilled', value: { kind: 'missing' } });
  expect(failed.status).toBe('rejected');
  expect(await store.truth(sessionId, accountId)).toEqual({ kind: 'missing' });
  await admin.end();
});
