import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@portcullis/devstack/ports';
import { lastLines, type ServerProcess, startServerProcess } from '@portcullis/devstack/server-process';
import { startTestRedis } from '@portcullis/devstack/test-redis';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { createPasswordHasher } from '../../../src/adapters/argon2.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import { emailKey } from '../../../src/domain/email.ts';
import { freshDatabase } from '../../support/template.ts';
import { isReady, until } from './ask.ts';

export const sourceMain = resolve(import.meta.dirname, '../../../src/main.ts');

/** A process of the service and where it answers. */
export interface Process {
  origin: string;
  ops: string;
  port: number;
  server: ServerProcess;
}

/** Stores of their own and the processes on them, with the settings of a production. */
export interface Fleet {
  env: Record<string, string>;
  start(command: 'serve' | 'worker', options?: Partial<Program>): Promise<Process>;
  /** An account whose address is proven. */
  person(password: string): Promise<{ email: string; accountId: string }>;
  /** Empty, with a new history, as any cache may come back. */
  restartRedis(): Promise<void>;
  stop(): Promise<void>;
}

interface Program {
  node: string;
  main: string;
  cwd: string;
  uid: number | undefined;
  env: Record<string, string>;
}

export const startFleet = async (publicUrl: string, more: Record<string, string> = {}): Promise<Fleet> => {
  const database = await freshDatabase();
  const redis = await startTestRedis();
  const logs = mkdtempSync(join(tmpdir(), 'portcullis-fleet-'));
  const keys = JSON.parse(await runProgram([sourceMain, 'keys', 'generate', '--json'])) as Record<
    string,
    string
  >;
  const env = {
    ...keys,
    NODE_ENV: 'production',
    PUBLIC_URL: publicUrl,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    SMTP_URL: 'smtp://127.0.0.1:1',
    HOST: '127.0.0.1',
    OPS_HOST: '127.0.0.1',
    TRUST_PROXY: '127.0.0.1',
    ...more,
  };
  const running: ServerProcess[] = [];
  return {
    env,
    start: async (command, program = {}) => {
      const [port, opsPort] = [await freePort(), await freePort()];
      const logFile = join(logs, `${command}-${port}.log`);
      const server = await startServerProcess({
        command: program.node ?? process.execPath,
        args: [program.main ?? sourceMain, command],
        env: { ...env, PORT: String(port), OPS_PORT: String(opsPort), ...program.env },
        cwd: program.cwd ?? '/',
        logFile,
        uid: program.uid,
        gid: program.uid,
      });
      running.push(server);
      const ops = `http://127.0.0.1:${opsPort}`;
      await until(
        () => isReady(`${ops}/readyz`),
        (ready) => {
          if (server.hasEnded()) throw new Error(`${command} ended:\n${lastLines(logFile, 40)}`);
          return ready;
        },
      );
      return { origin: `http://127.0.0.1:${port}`, ops, port, server };
    },
    person: (password) => makePerson(database.url, password),
    restartRedis: () => redis.restart({ empty: true }),
    stop: async () => {
      for (const server of running) await server.killTree();
      await database.drop();
      await redis.finish([/^pc:/, /./]);
      rmSync(logs, { recursive: true, force: true });
    },
  };
};

/** Runs a command of the service to its end. @returns what it wrote to standard output */
export const runProgram = (
  args: string[],
  env: Record<string, string> = {},
  program: { node?: string; uid?: number | undefined } = {},
): Promise<string> =>
  new Promise((done, fail) => {
    const child = spawn(program.node ?? process.execPath, args, {
      cwd: '/',
      env,
      ...(program.uid === undefined ? {} : { uid: program.uid, gid: program.uid }),
    });
    let out = '';
    let all = '';
    child.stdout.on('data', (part: Buffer) => {
      out += part;
      all += part;
    });
    child.stderr.on('data', (part: Buffer) => (all += part));
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done(out) : fail(new Error(`${args.join(' ')}:\n${all}`))));
  });

const makePerson = async (databaseUrl: string, password: string) => {
  const accountId = uuidv7();
  const email = `${accountId}@example.test`;
  const hasher = createPasswordHasher({ memoryKiB: 19_456, timeCost: 2, queue: 8 }, systemClock);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      'INSERT INTO portcullis.account (id, email, email_key, password_hash) VALUES ($1, $2, $3, $4)',
      [accountId, email, emailKey(email), await hasher.hash(password)],
    );
  } finally {
    await client.end();
  }
  return { email, accountId };
};
