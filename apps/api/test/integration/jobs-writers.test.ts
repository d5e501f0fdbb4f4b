import { Registry } from '@prometheus-io/client';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oldestWriterSeconds, watchWriters } from '../../src/jobs/writers.ts';
import { freshDatabase } from '../support/template.ts';

let base: TestDatabase;
let pool: pg.Pool;
let writer: pg.Client;

beforeAll(async () => {
  base = await freshDatabase();
  pool = new pg.Pool({ connectionString: base.url, max: 1 });
  writer = new pg.Client({ connectionString: base.url });
  await writer.connect();
});
afterAll(async () => {
  await writer.end();
  await pool.end();
  await base.drop();
});

test('P10: an open transaction counts once it has written, and no longer when it is over', async () => {
  const own = async () => {
    const { rows } = await pool.query<{ seconds: number }>(
      'SELECT extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL',
    );
    return rows.length;
  };
  await writer.query('BEGIN');
  await writer.query('SELECT 1');
  expect(await own()).toBe(0);
  await writer.query('SELECT pg_current_xact_id()');
  expect(await own()).toBe(1);
  expect(await oldestWriterSeconds(pool)).toBeGreaterThan(0);
  await writer.query('COMMIT');
  expect(await own()).toBe(0);
});

test('P10: the alarm is raised once above five seconds, the gauge tells the age, and the end is told', async () => {
  const ages = [1, 6, 7, 2];
  const said: string[] = [];
  const note = (_: object, message: string) => void said.push(message);
  const registry = new Registry();
  const over = new AbortController();
  const seen: string[] = [];
  const db = { query: () => Promise.resolve({ rows: [{ seconds: ages.shift() ?? 0 }] }) };
  const sleep = async () => {
    seen.push(
      /^portcullis_oldest_write_transaction_seconds (\S+)$/m.exec(await registry.metrics())?.[1] ?? '',
    );
    if (ages.length === 0) over.abort();
  };
  await watchWriters(
    {
      db: db as never,
      clock: { sleep },
      log: { debug: note, info: note, warn: note, error: note },
      registry,
    },
    over.signal,
  );
  expect(seen).toEqual(['1', '6', '7', '2']);
  expect(said).toEqual([
    'a write transaction stays open and holds up the feed',
    'the feed is no longer held up',
  ]);
});
