import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { freePort } from '@portcullis/devstack/ports';
import { lastLines, type ServerProcess, startServerProcess } from '@portcullis/devstack/server-process';
import { startTcpProxy, startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import {
  cloneDatabase,
  createTemplate,
  type TestDatabase,
  testAdminUrl,
} from '@portcullis/devstack/test-database';
import { startTestRedis } from '@portcullis/devstack/test-redis';
import { answers } from '@portcullis/devstack/wait';
import startStores from '@portcullis/devstack/vitest-stores';

const web = resolve(import.meta.dirname, '../..');
const repository = resolve(web, '../..');
const apiMain = join(repository, 'apps/api/src/main.ts');
const viteProgram = join(web, 'node_modules/vite/bin/vite.js');

/** How long a program may take until it is ready, in milliseconds. */
const READY_WITHIN = 60_000;

export type E2eStack = {
  /** The one origin that the browser sees. */
  origin: string;
  mailbox: Mailbox;
  /** One stands before each part of the service: refusing there is a part that is down. */
  doors: Record<Part, TcpProxy>;
  stop: () => Promise<void>;
};

/** What can be taken away: from the web server its API; from the API and the worker a store or the mail server. */
export const PARTS = ['api', 'postgres', 'redis', 'smtp'] as const;

export type Part = (typeof PARTS)[number];

type Environment = Record<string, string>;

/** Runs a command of the service to its end and gives what it wrote to stdout. */
const runService = (env: Environment, ...args: string[]): Promise<string> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [apiMain, ...args], {
      cwd: repository,
      env: { ...process.env, ...env },
    });
    let out = '';
    let all = '';
    child.stdout.on('data', (part: Buffer) => {
      out += part;
      all += part;
    });
    child.stderr.on('data', (part: Buffer) => {
      all += part;
    });
    child.once('error', fail);
    child.once('exit', (code) =>
      code === 0 ? done(out) : fail(new Error(`${args.join(' ')} failed:\n${all}`)),
    );
  });

/** Things to undo, last first; a failure of one does not keep the others from being undone. */
class Undo {
  readonly #steps: (() => unknown)[] = [];
  add(step: () => unknown): void {
    this.#steps.unshift(step);
  }
  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) {
      try {
        await step();
      } catch (error) {
        console.error(error);
      }
    }
  }
}

type Program = { name: string; args: string[]; cwd?: string; env: Environment; ready: string };

const createLauncher = (logs: string, undo: Undo) => async (program: Program) => {
  const logFile = join(logs, `${program.name}.log`);
  const server: ServerProcess = await startServerProcess({
    command: process.execPath,
    args: program.args,
    cwd: program.cwd ?? repository,
    env: { ...process.env, ...program.env },
    logFile,
  });
  undo.add(() => server.killTree());
  const deadline = performance.now() + READY_WITHIN;
  while (!(await answers(program.ready))) {
    if (server.hasEnded() || performance.now() > deadline) {
      throw new Error(`${program.name} is not ready at ${program.ready}:\n${lastLines(logFile, 30)}`);
    }
    await new Promise((next) => setTimeout(next, 50));
  }
};

/** What several stacks have in common: the keys, and a migrated database to copy. */
export type Ground = {
  keys: Environment;
  client: string;
  database: () => Promise<TestDatabase>;
  stop: () => Promise<void>;
};

/** `client` is the folder of the built client. */
export const prepareGround = async (client: string): Promise<Ground> => {
  const keys = JSON.parse(await runService({}, 'keys', 'generate', '--json')) as Environment;
  const stop = await startStores();
  try {
    const admin = testAdminUrl();
    const migrate = async (url: string): Promise<void> => {
      await runService({ ...keys, DATABASE_URL: url, NODE_ENV: 'development' }, 'migrate');
    };
    const template = await createTemplate(admin, migrate, 'e2e');
    return { keys, client, database: () => cloneDatabase(admin, template), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** The outside things of a stack, each behind a door. */
const openDoors = async (undo: Undo, ground: Ground, apiPort: number) => {
  const database = await ground.database();
  undo.add(() => database.drop());
  const redis = await startTestRedis();
  undo.add(() => redis.finish([/./]));
  const mailbox = await startMailbox();
  undo.add(() => mailbox.stop());
  const doors = {
    api: await startTcpProxy({ host: '127.0.0.1', port: apiPort }),
    postgres: await startTcpProxyTo(database.url),
    redis: await startTcpProxyTo(redis.url),
    smtp: await startTcpProxyTo(mailbox.smtpUrl),
  };
  for (const part of PARTS) undo.add(() => doors[part].stop());
  const urls = {
    DATABASE_URL: doors.postgres.through(database.url),
    REDIS_URL: doors.redis.through(redis.url),
    SMTP_URL: doors.smtp.through(mailbox.smtpUrl),
  };
  return { doors, urls, mailbox };
};

const launch = async (undo: Undo, ground: Ground): Promise<E2eStack> => {
  const logs = mkdtempSync(join(tmpdir(), 'portcullis-e2e-'));
  undo.add(() => rmSync(logs, { recursive: true, force: true }));
  const start = createLauncher(logs, undo);
  const ports = {
    api: await freePort(),
    ops: await freePort(),
    workerOps: await freePort(),
    web: await freePort(),
  };
  const { doors, urls, mailbox } = await openDoors(undo, ground, ports.api);
  const origin = `http://localhost:${ports.web}`;
  const env: Environment = {
    ...ground.keys,
    ...urls,
    PUBLIC_URL: origin,
    PORT: String(ports.api),
    OPS_PORT: String(ports.ops),
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
    PORTCULLIS_RATE_LIMITS: 'relaxed',
  };
  await Promise.all([
    start({ name: 'api', args: [apiMain, 'serve'], env, ready: `http://127.0.0.1:${ports.ops}/readyz` }),
    start({
      name: 'worker',
      args: [apiMain, 'worker'],
      env: { ...env, OPS_PORT: String(ports.workerOps) },
      ready: `http://127.0.0.1:${ports.workerOps}/readyz`,
    }),
    start({
      name: 'web',
      args: [viteProgram, 'preview', '--outDir', ground.client],
      cwd: web,
      env: { PORT_WEB: String(ports.web), PORTCULLIS_API_URL: `http://127.0.0.1:${doors.api.port}` },
      ready: `http://127.0.0.1:${ports.web}/`,
    }),
  ]);
  return { origin, mailbox, doors, stop: () => undo.run() };
};

/** Starts stores, mailbox, API, worker and the built client on free ports, for these tests alone. */
export const startE2eStack = async (ground: Ground): Promise<E2eStack> => {
  const undo = new Undo();
  try {
    return await launch(undo, ground);
  } catch (error) {
    await undo.run();
    throw error;
  }
};
