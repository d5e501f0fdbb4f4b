import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { freePort } from '@portcullis/devstack/ports';
import { startPostgres } from '@portcullis/devstack/postgres';
import { startTestRedis } from '@portcullis/devstack/test-redis';
import { type Door, openDoor } from './door.ts';
import { type Program, runProgram, startProgram } from './program.ts';
import { makeRole, makeUser, SERVICE } from './privileges.ts';
import { together, type Undo } from '@portcullis/devstack/undo';

/** The service as a production runs it, with stores, mailbox and door of its own. */
export interface AttackStack {
  main: string;
  checkout: string;
  dir: string;
  /** What every process of it has in its environment. */
  env: Record<string, string>;
  door: Door;
  /** Three; the door leads to the first two. The third one is watched from inside. */
  instances: [Program, Program, Program];
  worker: Program;
  mailbox: Mailbox;
  /** Redis as its operator reaches it. */
  redisUrl: string;
  undo: Undo;
}

/**
 * @param checkout whose service is attacked
 * @param undo ends everything, also what was started before a failure or an interruption
 */
export const startStack = async (checkout: string, undo: Undo): Promise<AttackStack> => {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-attack-'));
  undo.add(() => rmSync(dir, { recursive: true, force: true }));
  const main = join(checkout, 'apps/api/src/main.ts');
  const [stores, keys] = await together(startStores(checkout, dir, undo), makeKeys(main));
  const ports = { https: await freePort(), http: await freePort() };
  const env = {
    ...keys,
    ...stores.env,
    NODE_ENV: 'production',
    LOG_LEVEL: 'debug',
    PUBLIC_URL: `https://localhost:${ports.https}`,
    HOST: '127.0.0.1',
    OPS_HOST: '127.0.0.1',
    TRUST_PROXY: '127.0.0.1',
    PORTCULLIS_RATE_LIMITS: 'standard',
  };
  const migrated = await runProgram(main, ['migrate', '--grant-to', SERVICE], {
    ...env,
    DATABASE_URL: stores.ownerUrl,
  });
  if (migrated.code !== 0) throw new Error(`migrate failed:\n${migrated.output}`);
  const start = (command: 'serve' | 'worker', isWatched = false): Promise<Program> =>
    startProgram(command, { main, dir, env, undo, isWatched });
  const [one, two, three, worker] = await together(
    start('serve'),
    start('serve'),
    start('serve', true),
    start('worker'),
  );
  const instances: AttackStack['instances'] = [one, two, three];
  const door = await openDoor({ checkout, dir, ports, undo, instances: [one.place.port, two.place.port] });
  const { mailbox, redisUrl } = stores;
  return { main, checkout, dir, env, door, instances, worker, mailbox, redisUrl, undo };
};

const startStores = async (checkout: string, dir: string, undo: Undo) => {
  const ended = <T>(starting: Promise<T>, end: (started: T) => unknown): Promise<T> =>
    starting.then((started) => {
      undo.add(() => end(started));
      return started;
    });
  // Processes are killed here and never the machine, so nothing is lost by not waiting for the disk.
  const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' };
  const [postgres, redis, mailbox] = await together(
    ended(startPostgres({ dir, settings }), (server) => server.destroy()),
    ended(startTestRedis(), (server) => server.finish([/./])),
    ended(startMailbox(), (server) => server.stop()),
  );
  const env = {
    DATABASE_URL: await makeRole(postgres.adminUrl, postgres.url),
    REDIS_URL: await makeUser(redis.url, readFileSync(join(checkout, 'docker/redis-users.acl'), 'utf8')),
    SMTP_URL: mailbox.smtpUrl,
  };
  return { mailbox, env, ownerUrl: postgres.url, redisUrl: redis.url };
};

/** A ring of keys of its own. */
export const makeKeys = async (main: string): Promise<Record<string, string>> => {
  const { stdout, code, output } = await runProgram(main, ['keys', 'generate', '--json']);
  if (code !== 0) throw new Error(`keys generate failed:\n${output}`);
  return JSON.parse(stdout) as Record<string, string>;
};
