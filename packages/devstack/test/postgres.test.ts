import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../src/postgres.ts';
import { cloneDatabase, createTemplate } from '../src/test-database.ts';

const dir = mkdtempSync(join(tmpdir(), 'portcullis-postgres-test-'));
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ dir });
}, 60_000);

afterAll(async () => {
  await server.destroy();
  rmSync(dir, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('the application role is no superuser, and a password is asked for', async () => {
  expect(await query(server.url, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
    { rolsuper: false },
  ]);
  const wrong = new URL(server.url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
});

test('keeps committed data over a stop, a crash and a restart on the same port', async () => {
  await query(server.url, 'create table kept (n int)');
  await query(server.url, 'insert into kept values (1)');
  await server.kill();
  await expect(query(server.url, 'select 1')).rejects.toThrow();
  await server.restart();
  await server.stop();
  expect(server.pid).toBeNull();
  await server.restart();
  expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }]);
});

test('a second start in the same folder is refused while the first one runs', async () => {
  const postmaster = server.pid;
  // The folder knows its starter: a process that is alive and not this one.
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${server.dataDir}.starter`, `${process.ppid}\n`);
  await expect(startPostgres({ dir })).rejects.toThrow(/in use by process/);
  expect(server.pid).toBe(postmaster);
});

test('a suspended server answers nothing and goes on after it', async () => {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => {});
  await client.connect();
  server.suspend();
  let isAnswered = false;
  const answer = client.query('select 1 as one').then((result) => {
    isAnswered = true;
    return result.rows;
  });
  await expect(query(server.url, 'select 1')).rejects.toThrow(/timeout/);
  expect(isAnswered).toBe(false);
  server.resume();
  expect(await answer).toEqual([{ one: 1 }]);
  await client.end();
});

test('clones hold the template and report a leaked connection', async () => {
  let migrations = 0;
  const migrate = async (url: string) => {
    migrations++;
    await query(url, 'create table thing (id int)');
  };
  const names = await Promise.all([
    createTemplate(server.adminUrl, migrate),
    createTemplate(server.adminUrl, migrate),
  ]);
  expect(migrations).toBe(1);
  const [one, two] = await Promise.all(names.map((name) => cloneDatabase(server.adminUrl, name)));
  if (!one || !two) throw new Error('two clones expected');
  await query(one.url, 'insert into thing values (1)');
  expect(await query(two.url, 'select * from thing')).toEqual([]);
  await one.drop();
  const leak = new pg.Client({ connectionString: two.url, application_name: 'leaky' });
  leak.on('error', () => {});
  await leak.connect();
  await expect(two.drop()).rejects.toThrow(/leaky/);
});
