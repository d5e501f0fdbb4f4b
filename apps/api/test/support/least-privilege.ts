import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testAdminUrl, withDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis } from '@portcullis/devstack/test-redis';
import { GIVE, HAPPENED, TAKE } from '../../src/adapters/rate-limiter-script.ts';
import pg from 'pg';

const ACL = join(import.meta.dirname, '../../../../docker/redis-users.acl');

/** A database as docs/operations.md says to make one: an owner, and a role for the service that may only connect. */
export const startRoles = async () => {
  const suffix = randomBytes(6).toString('hex');
  const [owner, application, name] = [`owner_${suffix}`, `application_${suffix}`, `roles_${suffix}`];
  const admin = new pg.Client({ connectionString: testAdminUrl() });
  await admin.connect();
  for (const role of [owner, application]) await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'test'`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${owner}`);
  await admin.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await admin.query(`GRANT CONNECT ON DATABASE ${name} TO ${application}`);
  const urlOf = (role: string) => {
    const url = new URL(withDatabase(testAdminUrl(), name));
    [url.username, url.password] = [role, 'test'];
    return url.href;
  };
  return {
    owner,
    application,
    ownerUrl: urlOf(owner),
    url: urlOf(application),
    finish: async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      for (const role of [owner, application]) await admin.query(`DROP ROLE ${role}`);
      await admin.end();
    },
  };
};

/** A Redis whose users are those of docker/redis-users.acl, and one more for the test itself. */
export const startGuardedRedis = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-acl-'));
  const file = join(folder, 'users.acl');
  const digest = createHash('sha256').update('secret').digest('hex');
  const users = readFileSync(ACL, 'utf8').replace('__PASSWORD_SHA256__', digest);
  writeFileSync(file, `${users}user test on >test ~* &* +@all\n`);
  const redis = await startTestRedis({ args: ['--aclfile', file] });
  const urlOf = (user: string, password: string) => `redis://${user}:${password}@127.0.0.1:${redis.port}`;
  return {
    url: urlOf('portcullis', 'secret'),
    testUrl: urlOf('test', 'test'),
    bareUrl: redis.url,
    finish: async () => {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** What the limits run. */
export const COUNTING: [script: string, call: { keys: string[]; arguments: string[] }][] = [
  [TAKE, { keys: ['rl:a'], arguments: ['{"windows":[{"points":1,"ms":60000}],"waitsMs":[],"forgetMs":0}'] }],
  [GIVE, { keys: ['rl:a'], arguments: [] }],
  [HAPPENED, { keys: ['rl:b'], arguments: ['1', '2'] }],
];

/** What the application's role is refused; `:owner` stands for the name of the role that owns the schema. */
export const FORBIDDEN_SQL: [what: string, sql: string][] = [
  ['make a table', 'CREATE TABLE portcullis.mine (id int)'],
  ['make a table elsewhere', 'CREATE TABLE public.mine (id int)'],
  ['make a temporary table', 'CREATE TEMPORARY TABLE mine (id int)'],
  ['make a schema', 'CREATE SCHEMA mine'],
  ['make a role', 'CREATE ROLE mine'],
  ['make a function', 'CREATE FUNCTION portcullis.mine() RETURNS int LANGUAGE sql AS $$SELECT 1$$'],
  ['make an extension', 'CREATE EXTENSION dblink'],
  ['change a table', 'ALTER TABLE portcullis.account ADD COLUMN mine int'],
  ['take a guard away', 'DROP TRIGGER account_epoch_guard ON portcullis.account'],
  ['switch a guard off', 'ALTER TABLE portcullis.account DISABLE TRIGGER ALL'],
  ['switch all guards off', 'SET session_replication_role = replica'],
  ['drop a table', 'DROP TABLE portcullis.session'],
  ['empty a table at once', 'TRUNCATE portcullis.session'],
  ['become the owner', 'SET ROLE :owner'],
  ['change an audit event', "UPDATE portcullis.audit_event SET type = 'x'"],
  ['remove an audit event', 'DELETE FROM portcullis.audit_event'],
  ['empty the audit log', 'TRUNCATE portcullis.audit_event'],
  ['reach a month of it', 'SELECT * FROM portcullis.audit_event_rest'],
  ['change a month of it', "UPDATE portcullis.audit_event_rest SET type = 'x'"],
  ['drop a month of it', 'DROP TABLE portcullis.audit_event_rest'],
  ['detach a month of it', 'ALTER TABLE portcullis.audit_event DETACH PARTITION portcullis.audit_event_rest'],
  ['say how long it is kept', 'UPDATE portcullis.audit_retention SET months = 1'],
  ['pretend that a migration ran', "INSERT INTO portcullis.migration (name) VALUES ('x')"],
  ['pretend so of the queue', 'INSERT INTO graphile_worker.migrations (id) VALUES (99)'],
  ['read passwords of roles', 'SELECT * FROM pg_authid'],
  ['read a file', "SELECT pg_read_file('postgresql.conf')"],
  ['run a program', "COPY (SELECT 1) TO PROGRAM 'true'"],
];

/** What the service's user in Redis is refused. */
export const FORBIDDEN_COMMANDS: string[] = [
  'CONFIG GET *',
  'CONFIG SET maxmemory 1',
  'FLUSHALL',
  'FLUSHDB',
  'KEYS *',
  'DEBUG SLEEP 0',
  'SCRIPT LOAD return',
  'SCRIPT FLUSH',
  'FUNCTION LIST',
  'ACL LIST',
  'SHUTDOWN NOSAVE',
  'REPLICAOF NO ONE',
  'CLIENT LIST',
  'CLIENT KILL TYPE normal',
  'MONITOR',
  'SAVE',
  'RENAME pc:a pc:b',
  'SELECT 1',
  'GET other:key',
  'HGET other:key f',
  'SET other:key 1',
  'UNLINK other:key',
  'PUBLISH other:channel x',
];
