import {
  createTemplate,
  cloneDatabase,
  type TestDatabase,
  testAdminUrl,
} from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { freshDatabase } from '../support/template.ts';

let redis: TestRedis;
let database: TestDatabase;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.finish([/./]));
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

const portcullis = async (args: string[], env: Record<string, string> = {}) => {
  let [out, err] = ['', ''];
  const all = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
    PORTCULLIS_ARGON2_PASSES: '1',
    ...env,
  };
  const code = await run(args, { env: all, out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
};
const json = async (...args: string[]): Promise<unknown> => {
  const { code, out, err } = await portcullis([...args, '--json']);
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out);
};
const query = async (sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

test('migrate makes an empty database ready, once, however many run it', async () => {
  const empty = await cloneDatabase(
    testAdminUrl(),
    await createTemplate(testAdminUrl(), async () => undefined, 'empty'),
  );
  try {
    const env = { DATABASE_URL: empty.url };
    const behind = await portcullis(['doctor', '--json'], env);
    expect(JSON.parse(behind.out)).toMatchObject({ ok: false });
    const runs = await Promise.all([
      portcullis(['migrate', '--json'], env),
      portcullis(['migrate', '--json'], env),
    ]);
    expect(runs.map(({ code, err }) => ({ code, err }))).toEqual([
      { code: 0, err: '' },
      { code: 0, err: '' },
    ]);
    const applied = runs.flatMap(({ out }) => (JSON.parse(out) as { applied: string[] }).applied);
    expect(applied).toEqual([...new Set(applied)]);
    expect(applied.length).toBeGreaterThan(0);
    const ready = JSON.parse((await portcullis(['doctor', '--json'], env)).out) as {
      checks: { name: string; status: string }[];
    };
    expect(ready.checks.find(({ name }) => name === 'Schema')).toMatchObject({ status: 'ok' });
  } finally {
    await empty.drop();
  }
});

test('seed is idempotent, and gives the demo account its password back', async () => {
  const demo = await json('seed');
  expect(demo).toEqual({ email: 'ada@example.test', password: 'correct-horse-battery-staple-42' });
  const [first] = await query('SELECT id, password_hash, epoch FROM portcullis.account');
  expect(await json('seed')).toEqual(demo);
  expect(await query('SELECT id, password_hash, epoch FROM portcullis.account')).toEqual([first]);
  await query("UPDATE portcullis.account SET password_hash = '!', epoch = epoch + 1");
  expect((await portcullis(['seed'])).out).toContain('restored');
  expect((await portcullis(['seed'])).out).toContain('unchanged');
  expect(await query('SELECT id FROM portcullis.account')).toEqual([{ id: first?.['id'] }]);
});

test('an operator disables an account, sees it, and enables it', async () => {
  await json('seed');
  const shown = await json('accounts', 'show', 'ADA@example.test');
  expect(shown).toMatchObject({
    email: 'ada@example.test',
    name: 'Ada',
    epoch: 1,
    liveSessions: 0,
    disabledAt: null,
  });
  const { id } = shown as { id: string };
  await query(`INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at, idle_seconds, idle_expires_at, expires_at)
    VALUES ('s1', '${id}', 1, 'cookie', false, now(), now(), now(), 3600, now() + interval '1 hour', now() + interval '1 day')`);
  expect(await json('accounts', 'show', id)).toMatchObject({ liveSessions: 1 });
  expect(await json('accounts', 'disable', 'ada@example.test')).toMatchObject({
    accountId: id,
    status: 'disabled',
    sessionsEnded: 1,
  });
  expect(await json('accounts', 'show', id)).toMatchObject({
    epoch: 2,
    liveSessions: 0,
    disabledAt: expect.any(String) as string,
  });
  expect(await json('accounts', 'enable', id)).toMatchObject({ status: 'enabled' });
  expect(await json('accounts', 'show', id)).toMatchObject({ liveSessions: 0, disabledAt: null });
  expect(await json('accounts', 'sign-out', id)).toMatchObject({ sessionsEnded: 0 });
  expect(
    await query(
      "SELECT type, actor FROM portcullis.audit_event WHERE type LIKE 'account_%abled' ORDER BY at",
    ),
  ).toEqual([
    { type: 'account_disabled', actor: 'operator' },
    { type: 'account_enabled', actor: 'operator' },
  ]);
  expect(await query('SELECT * FROM portcullis.index_lease')).toEqual([]);
});

test.each(['nobody@example.test', 'not-an-id', '00000000-0000-7000-8000-000000000000'])(
  'there is no account %s',
  async (who) => {
    expect(await portcullis(['accounts', 'disable', who, '--json'])).toEqual({
      code: 1,
      out: '',
      err: 'error: there is no such account\n',
    });
  },
);

test('a history that an operator names is trusted from then on', async () => {
  const adopted = (await json('index', 'adopt')) as { generation: string; replicationIds: string[] };
  expect(adopted.replicationIds).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
  const named = 'a'.repeat(40);
  const next = (await json('index', 'adopt', named)) as { generation: string };
  expect(next.generation).not.toBe(adopted.generation);
  expect(await json('index', 'show')).toMatchObject({
    generation: next.generation,
    replicationIds: [named],
    leases: [],
  });
  expect(await query('SELECT leases_complete FROM portcullis.index_generation')).toHaveLength(1);
});

test('adopting waits for an instance that still uses the older generation', async () => {
  await json('index', 'adopt');
  await query(`INSERT INTO portcullis.index_lease (instance_id, generation, expires_at, reaches_index, started_at, version)
    SELECT 'other', generation, now() + interval '1 hour', true, now(), '0' FROM portcullis.index_generation`);
  const { out } = await portcullis(['index', 'adopt', '--json'], { PORTCULLIS_LEASE_SECONDS: '3' });
  expect(JSON.parse(out)).toMatchObject({ pending: 1 });
});
