import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import {
  cloneDatabase,
  createTemplate,
  type TestDatabase,
  testAdminUrl,
} from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { createAuthClient } from '../../src/client.ts';
import type { AuthClient, AuthClientOptions } from '../../src/types.ts';

const MAIN = resolve(import.meta.dirname, '../../../../apps/api/src/main.ts');
const PUBLIC_URL = 'http://localhost:5173';
const run = promisify(execFile);

interface Presented {
  sessionId: string;
  accountId: string;
  token: string;
  headers: Record<string, string>;
}

/** For hooks that start processes, also on a machine that does much else. */
export const START_MS = 180_000;

/** The real server process on real stores, and a proxy before it that can be slow, cut or silent. */
export interface Service {
  /** Straight to the server. */
  url: string;
  /** Through the proxy. */
  proxied: string;
  proxy: TcpProxy;
  redis: TestRedis;
  database: TestDatabase;
  credentials: { clientId: string; clientSecret: string };
  /** A client with patience, through the proxy; closed with the service. */
  client(options?: Partial<AuthClientOptions>): AuthClient;
  portcullis(...args: string[]): Promise<Record<string, string>>;
  signIn(transport?: 'cookie' | 'bearer'): Promise<Presented>;
  signOut(who: Presented): Promise<void>;
  /** Ends every session of the account but this one. */
  revokeOthers(who: Presented): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const migrate = async (url: string) => {
  await run(process.execPath, [MAIN, 'migrate'], { env: environment({ DATABASE_URL: url }) });
};

const environment = (more: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'test',
  PUBLIC_URL,
  PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
  PORTCULLIS_ARGON2_PASSES: '1',
  PORTCULLIS_RATE_LIMITS: 'relaxed',
  ...more,
});

export const startService = async (): Promise<Service> => {
  const redis = await startTestRedis();
  const database = await cloneDatabase(
    testAdminUrl(),
    await createTemplate(testAdminUrl(), migrate, 'client-package'),
  );
  const env = environment({ DATABASE_URL: database.url, REDIS_URL: redis.url });
  const portcullis = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, [MAIN, ...args, '--json'], { env });
    return JSON.parse(stdout) as Record<string, string>;
  };
  /** Does nothing where it has been done, so a machine that was too busy for its deadlines gets another chance. */
  const seed = (tries = 5): Promise<Record<string, string>> =>
    portcullis('seed').catch((error: unknown) => {
      if (tries === 0) throw error;
      return seed(tries - 1);
    });
  const started = await Promise.all([
    portcullis('seed'),
    portcullis('clients', 'create', 'tests'),
    serve(env),
  ]);
  const [person, made] = started;
  let [, , server] = started;
  const credentials = { clientId: made['id'] ?? '', clientSecret: made['secret'] ?? '' };
  const proxy = await startTcpProxyTo(server.url);
  const clients: AuthClient[] = [];

  const mutate = async (procedure: string, headers: Record<string, string>, input?: object) => {
    const response = await fetch(`${server.url}/trpc/${procedure}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: PUBLIC_URL, ...headers },
      ...(input ? { body: JSON.stringify(input) } : {}),
    });
    if (!response.ok) throw new Error(`${procedure}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    get url() {
      return server.url;
    },
    get proxied() {
      return `http://127.0.0.1:${proxy.port}`;
    },
    proxy,
    redis,
    database,
    credentials,
    portcullis,
    client: (options = {}) => {
      const client = createAuthClient({
        url: `http://127.0.0.1:${proxy.port}`,
        timeoutMs: 10_000,
        deadlineMs: 20_000,
        ...credentials,
        ...options,
      });
      clients.push(client);
      return client;
    },
    signIn: async (transport = 'bearer') => {
      const { email, password } = person;
      const response = await mutate('session.signIn', {}, { email, password, transport });
      const { result } = (await response.json()) as {
        result: {
          data: { session: { id: string }; account: { id: string }; tokens?: { accessToken: string } };
        };
      };
      const cookie = (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
      const { session, account, tokens } = result.data;
      const token = tokens?.accessToken ?? cookie.slice('portcullis='.length);
      const headers: Record<string, string> = tokens ? { authorization: `Bearer ${token}` } : { cookie };
      return { sessionId: session.id, accountId: account.id, token, headers };
    },
    signOut: async ({ headers }) => void (await mutate('session.signOut', headers)),
    revokeOthers: async ({ headers }) => void (await mutate('session.revokeOthers', headers)),
    restart: async () => {
      await server.stop();
      server = await serve(env);
      proxy.retarget({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await proxy.stop();
      await server.stop();
      await database.drop();
      await redis.finish([/./]);
    },
  };
};

/** Starts the server process and waits until it says where it listens. */
const serve = async (env: NodeJS.ProcessEnv) => {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { ...env, PORT: '0', OPS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await portOf(child);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      if (child.exitCode !== null) return;
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    },
  };
};

const portOf = (child: ChildProcess): Promise<number> =>
  new Promise((found, failed) => {
    child.once('exit', (code) => failed(new Error(`the server ended with ${code} before it served`)));
    if (child.stdout === null) return failed(new Error('the server says nothing'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
      if (msg === 'serving' && port !== undefined) found(port);
    });
  });
