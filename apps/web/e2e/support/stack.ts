import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { freePort } from '@portcullis/devstack/ports';
import { lastLines, type ServerProcess, startServerProcess } from '@portcullis/devstack/server-process';
import { startTcpProxy, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { cloneDatabase, createTemplate, testAdminUrl } from '@portcullis/devstack/test-database';
import { startTestRedis } from '@portcullis/devstack/test-redis';
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
  /** Stands between the web server and the API: refusing here is an API that is down. */
  apiDoor: TcpProxy;
  stop: () => Promise<void>;
};

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

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

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
  while (!(await isReady(program.ready))) {
    if (server.hasEnded() || performance.now() > deadline) {
      throw new Error(`${program.name} is not ready at ${program.ready}:\n${lastLines(logFile, 30)}`);
    }
    await new Promise((next) => setTimeout(next, 50));
  }
};

const startDatabase = async (undo: Undo, keys: Environment): Promise<string> => {
  const stopStores = await startStores();
  undo.add(stopStores);
  const admin = testAdminUrl();
  const template = await createTemplate(
    admin,
    async (url) => {
      await runService({ ...keys, DATABASE_URL: url, NODE_ENV: 'development' }, 'migrate');
    },
    'e2e',
  );
  const database = await cloneDatabase(admin, template);
  undo.add(() => database.drop());
  return database.url;
};

const launch = async (undo: Undo): Promise<E2eStack> => {
  const logs = mkdtempSync(join(tmpdir(), 'portcullis-e2e-'));
  undo.add(() => rmSync(logs, { recursive: true, force: true }));
  const start = createLauncher(logs, undo);

  const keys = JSON.parse(await runService({}, 'keys', 'generate', '--json')) as Environment;
  const databaseUrl = await startDatabase(undo, keys);
  const redis = await startTestRedis();
  undo.add(() => redis.finish([/./]));
  const mailbox = await startMailbox();
  undo.add(() => mailbox.stop());

  const ports = {
    api: await freePort(),
    ops: await freePort(),
    workerOps: await freePort(),
    web: await freePort(),
  };
  const origin = `http://localhost:${ports.web}`;
  const env: Environment = {
    ...keys,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    SMTP_URL: mailbox.smtpUrl,
    PUBLIC_URL: origin,
    PORT: String(ports.api),
    OPS_PORT: String(ports.ops),
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
    PORTCULLIS_RATE_LIMITS: 'relaxed',
  };
  const apiDoor = await startTcpProxy({ host: '127.0.0.1', port: ports.api });
  undo.add(() => apiDoor.stop());
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
      args: [viteProgram, 'preview'],
      cwd: web,
      env: { PORT_WEB: String(ports.web), PORTCULLIS_API_URL: `http://127.0.0.1:${apiDoor.port}` },
      ready: `http://127.0.0.1:${ports.web}/`,
    }),
  ]);
  return { origin, mailbox, apiDoor, stop: () => undo.run() };
};

/** Starts stores, mailbox, API, worker and the built client on free ports, for these tests alone. */
export const startE2eStack = async (): Promise<E2eStack> => {
  const undo = new Undo();
  try {
    return await launch(undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
};
