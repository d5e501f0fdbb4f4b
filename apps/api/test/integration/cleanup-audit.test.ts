import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { cleanUp } from '../../src/services/cleanup/clean-up.ts';
import { CLEAN_UP_POLICY } from '../../src/services/cleanup/policy.ts';
import { settings } from '../support/settings.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView } from '../support/worker.ts';

let base: TestDatabase;
let db: Database;
let sql: QueueView;
let warned: { step?: string; err?: Error }[] = [];
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields: object) => void warned.push(fields),
  error: () => undefined,
};

beforeEach(async () => {
  base = await freshDatabase();
  db = await openDatabase(settings(base.url), systemClock);
  sql = new QueueView(base.url);
  warned = [];
});
afterEach(async () => {
  await sql.close();
  await db.close();
  await base.drop();
});

const clean = (auditMonths: number | null = null, on = db) =>
  cleanUp(
    { db: on, clock: systemClock, log, policy: { ...CLEAN_UP_POLICY, auditMonths } },
    new AbortController().signal,
  );

/** `YYYY_MM` of the month so many months from this one, by the database's clock and UTC. */
const month = async (offset: number): Promise<string> => {
  const [row] = await sql.rows<{ m: string }>(
    `SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + $1 * interval '1 month', 'YYYY_MM') AS m`,
    [offset],
  );
  return row?.m ?? '';
};
const partitions = async () =>
  (
    await sql.rows<{ name: string }>(
      `SELECT relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE inhparent = 'portcullis.audit_event'::regclass ORDER BY 1`,
    )
  ).map(({ name }) => name);
const named = async (...offsets: number[]) =>
  [
    ...(await Promise.all(offsets.map(async (n) => `audit_event_${await month(n)}`))),
    'audit_event_rest',
  ].sort();

const event = (at: string) =>
  sql.rows<{ place: string }>(
    `INSERT INTO portcullis.audit_event (id, at, type, actor) VALUES (gen_random_uuid(), ${at}, 'test', 'system') RETURNING tableoid::regclass::text AS place`,
  );
const addMonth = async (offset: number) => {
  const [first, next] = [await month(offset), await month(offset + 1)].map(
    (m) => `${m.replace('_', '-')}-01 00:00:00+00`,
  );
  await sql.rows(
    `CREATE TABLE portcullis.audit_event_${await month(offset)} PARTITION OF portcullis.audit_event FOR VALUES FROM ('${first}') TO ('${next}')`,
  );
};
const dropMonth = async (offset: number) =>
  sql.rows(`DROP TABLE portcullis.audit_event_${await month(offset)}`);

describe('months ahead', () => {
  it('this one and the next two are there, and added only where they are missing', async () => {
    await dropMonth(1);
    await dropMonth(2);
    expect(await clean()).toMatchObject({ 'audit months ahead': 2 });
    expect(await partitions()).toEqual(await named(0, 1, 2));
    expect(await clean()).toMatchObject({ 'audit months ahead': 0 });
    const [{ place } = { place: '' }] = await event("now() + interval '1 month'");
    expect(place).toBe(`portcullis.audit_event_${await month(1)}`);
  });

  it('an added partition is append-only and has the indexes of its parent', async () => {
    await dropMonth(2);
    await clean();
    const table = `portcullis.audit_event_${await month(2)}`;
    await event("date_trunc('month', now()) + interval '2 months 10 days'");
    await expect(sql.rows(`DELETE FROM ${table}`)).rejects.toThrow('append-only');
    await expect(sql.rows('UPDATE portcullis.audit_event SET type = type')).rejects.toThrow('append-only');
    const count = (name: string) => sql.rows(`SELECT 1 FROM pg_index WHERE indrelid = '${name}'::regclass`);
    expect(await count(table)).toHaveLength((await count('portcullis.audit_event')).length);
  });

  it('is by UTC, whatever the time zone of the session: months meet without a gap', async () => {
    await sql.rows(`ALTER DATABASE ${base.name} SET timezone = 'Pacific/Auckland'`);
    await dropMonth(1);
    const abroad = await openDatabase(settings(base.url), systemClock);
    try {
      await clean(null, abroad);
    } finally {
      await abroad.close();
    }
    // The months that the migration made meet these, wherever it ran.
    await sql.rows(`SET timezone = 'America/Los_Angeles'; DROP TABLE portcullis.audit_event_${await month(2)};
      SELECT portcullis.audit_month((to_date('${await month(2)}', 'YYYY_MM')))`);
    const [next, after] = [await month(1), await month(2)];
    for (const [moment, expected] of [
      [`'${next.replace('_', '-')}-01 00:00:00+00'`, next],
      [`'${after.replace('_', '-')}-01 00:00:00+00'::timestamptz - interval '1 microsecond'`, next],
      [`'${after.replace('_', '-')}-01 00:00:00+00'`, after],
    ] as const)
      expect(await event(moment)).toEqual([{ place: `portcullis.audit_event_${expected}` }]);
    expect(warned).toEqual([]);
  });

  it('two workers at once: neither fails', async () => {
    await dropMonth(1);
    await dropMonth(2);
    await Promise.all([clean(), clean(), clean()]);
    await clean();
    expect(await partitions()).toEqual(await named(0, 1, 2));
    expect(warned).toEqual([]);
  });

  it('a month whose events went to the rest stays there, and the next ones are added all the same', async () => {
    for (const n of [0, 1, 2]) await dropMonth(n);
    expect(await event('now()')).toEqual([{ place: 'portcullis.audit_event_rest' }]);
    expect(await clean()).toMatchObject({ 'audit months ahead': 2 });
    expect(await partitions()).toEqual(await named(1, 2));
    expect(warned).toEqual([]);
  });

  it('an insert under way does not hold it up, nor it an insert', async () => {
    await dropMonth(2);
    await db.write(systemClock.monotonicMs() + 20_000, async (tx) => {
      await tx.execute(
        `INSERT INTO portcullis.audit_event (id, at, type, actor) VALUES (gen_random_uuid(), now(), 'test', 'system')`,
      );
      expect(await clean()).toMatchObject({ 'audit months ahead': 1 });
    });
    expect(warned).toEqual([]);
  });
});

describe('months behind', () => {
  const withPast = async () => {
    for (const n of [-3, -2, -1]) {
      await addMonth(n);
      await event(
        `date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + ${n} * interval '1 month'`,
      );
    }
  };

  it('without a setting nothing is dropped', async () => {
    await withPast();
    await clean(null);
    expect(await partitions()).toEqual(await named(-3, -2, -1, 0, 1, 2));
  });

  it('so many whole months are kept beside the current one', async () => {
    await withPast();
    expect(await clean(2)).toMatchObject({ 'audit months': 1 });
    expect(await partitions()).toEqual(await named(-2, -1, 0, 1, 2));
    expect(await clean(0)).toMatchObject({ 'audit months': 2 });
    expect(await partitions()).toEqual(await named(0, 1, 2));
    expect(await sql.rows('SELECT 1 FROM portcullis.audit_event')).toEqual([]);
  });

  it('the rest is emptied once everything in it is old enough, not before', async () => {
    await event("now() - interval '5 years'");
    await event("now() + interval '5 years'");
    await clean(1);
    expect(await sql.rows('SELECT 1 FROM portcullis.audit_event_rest')).toHaveLength(2);
    await sql.rows('TRUNCATE portcullis.audit_event_rest');
    await event("now() - interval '5 years'");
    await clean(null);
    expect(await sql.rows('SELECT 1 FROM portcullis.audit_event_rest')).toHaveLength(1);
    await clean(1);
    expect(await sql.rows('SELECT 1 FROM portcullis.audit_event_rest')).toEqual([]);
  });

  it('a table in use is given up after half a second and left to the next run', async () => {
    await withPast();
    await db.write(systemClock.monotonicMs() + 30_000, async (tx) => {
      await tx.execute('SELECT count(*) FROM portcullis.audit_event');
      const from = systemClock.monotonicMs();
      await expect(clean(0)).rejects.toThrow('not cleaned up: audit months');
      // One wait, not one for each try until the deadline of ten seconds.
      expect(systemClock.monotonicMs() - from).toBeLessThan(5_000);
    });
    expect(warned).toMatchObject([{ step: 'audit months' }]);
    expect(await clean(0)).toMatchObject({ 'audit months': 3 });
  });
});
