import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { testAdminUrl } from '@portcullis/devstack/test-database';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { QueueClient } from '../../src/jobs/queue-client.ts';

/** A connection on which nothing comes back any more, as after a fail-over that moved the address. */
let proxy: TcpProxy;
let pool: pg.Pool;

beforeEach(async () => {
  proxy = await startTcpProxyTo(testAdminUrl());
  pool = new pg.Pool({
    Client: QueueClient,
    connectionString: proxy.through(testAdminUrl()),
    application_name: 'test connection',
    max: 2,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
});
afterEach(async () => {
  await pool.end();
  await proxy.stop();
});

it('a statement that nobody answers is given up, in every form it is asked', async () => {
  const client = await pool.connect();
  expect((await client.query<{ n: number }>('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  expect((await client.query<{ n: number }>({ text: 'SELECT $1::int AS n', values: [2] })).rows).toEqual([
    { n: 2 },
  ]);
  await pool.query('SELECT 1');
  proxy.pause('toClient');
  const outcomes = await Promise.allSettled([client.query('SELECT 1'), pool.query('SELECT 1')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  client.release();
  proxy.mend();
  // Neither of the two is used again.
  expect((await pool.query<{ n: number }>('SELECT 3 AS n')).rows).toEqual([{ n: 3 }]);
}, 120_000);

it('a connection that nobody answers is ended all the same', async () => {
  const client: pg.Client = new QueueClient({ connectionString: proxy.through(testAdminUrl()) });
  client.on('error', () => undefined);
  await client.connect();
  proxy.pause();
  await client.end();
  proxy.mend();
}, 120_000);
