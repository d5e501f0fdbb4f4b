import { createHash } from 'node:crypto';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { freshDatabase } from '../support/template.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const clients = async (...args: string[]) => {
  let [out, err] = ['', ''];
  const env = { DATABASE_URL: database.url };
  const io = { env, out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const code = await run(['clients', ...args], io);
  return { code, out, err };
};
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, out, err } = await clients(...args, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
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
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const stored = async (name: string) =>
  (
    await query(
      `SELECT encode(secret_hash, 'hex') AS hash, encode(previous_secret_hash, 'hex') AS previous, previous_secret_until > now() AS overlaps,
        disabled_at IS NOT NULL AS disabled FROM portcullis.service_client WHERE name = '${name}'`,
    )
  )[0];

interface Made {
  id: string;
  secret: string;
}

test('a client has a secret of 256 bits that is shown once and stored as its SHA-256', async () => {
  const made = await json<Made>('create', 'billing', '--scopes', 'verify,events');
  expect(made).toEqual({ id: made.id, secret: made.secret, name: 'billing', scopes: ['verify', 'events'] });
  expect(made.secret).toMatch(/^pcs_[A-Za-z0-9_-]{43}$/);
  expect(await stored('billing')).toMatchObject({ hash: sha256(made.secret), previous: null });
  const everything = JSON.stringify([
    await query('SELECT * FROM portcullis.service_client'),
    await query('SELECT * FROM portcullis.audit_event'),
    (await clients('list')).out,
    await json('list'),
  ]);
  expect(everything).not.toContain(made.secret);
});

test('two clients never have one name, and a name is no id', async () => {
  await json('create', 'twice');
  expect(await clients('create', 'twice')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('already') as string,
  });
  for (const name of ['Upper', '-x', '', 'a b', '0193a000-0000-7000-8000-000000000001'])
    expect(await clients('create', '--', name)).toMatchObject({ code: 1, out: '' });
  expect(await clients('create', 'x', '--scopes', 'verify,everything')).toMatchObject({ code: 2, out: '' });
});

test('a rotated secret is over at once, or after the overlap that was asked for', async () => {
  const first = await json<Made>('create', 'rotated');
  const second = await json<Made>('rotate', 'rotated');
  expect(second.id).toBe(first.id);
  expect(await stored('rotated')).toMatchObject({ hash: sha256(second.secret), previous: null });
  const third = await json<Made>('rotate', first.id, '--overlap', '600');
  expect(await stored('rotated')).toMatchObject({
    hash: sha256(third.secret),
    previous: sha256(second.secret),
    overlaps: true,
  });
});

test('a client is disabled and enabled, and each act is on record', async () => {
  const { id } = await json<Made>('create', 'switched');
  expect(await json('disable', 'switched')).toEqual({ id, status: 'disabled' });
  expect(await stored('switched')).toMatchObject({ disabled: true });
  expect(await json('disable', id)).toEqual({ id, status: 'disabled' });
  expect(await json('enable', id)).toEqual({ id, status: 'enabled' });
  expect(await stored('switched')).toMatchObject({ disabled: false });
  const events = await query(
    `SELECT type, actor FROM portcullis.audit_event WHERE details ->> 'clientId' = '${id}' ORDER BY at, id`,
  );
  expect(events).toEqual(
    ['client_created', 'client_disabled', 'client_enabled'].map((type) => ({ type, actor: 'operator' })),
  );
  expect(await clients('disable', 'nobody')).toMatchObject({
    code: 1,
    err: 'error: there is no such client\n',
  });
});
