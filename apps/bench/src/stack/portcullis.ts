import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@portcullis/devstack/ports';
import type { Cores } from '../machine/cores.ts';
import { type Server, startServer } from './server.ts';
import type { Stores } from './stores.ts';
import { createMint, type TokenMint } from './tokens.ts';
import type { Undo } from '@portcullis/devstack/undo';

export const repository = resolve(import.meta.dirname, '../../../..');
const mainOf = (checkout: string): string => join(checkout, 'apps/api/src/main.ts');

/** One deployment of the service: its stores, its keys, its running instances. */
export interface Deployment {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly instances: readonly (Server & { port: number; opsPort: number })[];
  readonly port: number;
  readonly publicUrl: string;
  readonly mint: TokenMint;
  /** A service client with every scope, as the value of an Authorization header. */
  client(): Promise<{ id: string; secret: string; authorization: string }>;
}

export interface DeploymentOptions {
  /** The checkout whose service runs. */
  checkout: string;
  dir: string;
  stores: Stores;
  cores: Cores;
  instances?: number;
  withoutRedis?: boolean;
  /** An existing database of the newest schema; else a copy of an empty one. */
  databaseUrl?: string;
  nodeArgs?: readonly string[];
  env?: Record<string, string>;
}

/**
 * What a production deployment has in its environment but for one thing: `relaxed` limits by address, which
 * NODE_ENV=production refuses, and without which all load would come from one address that may sign in 20 times.
 * NODE_ENV changes nothing else on the way of a request.
 */
const ENVIRONMENT = { NODE_ENV: 'test', LOG_LEVEL: 'info', PORTCULLIS_RATE_LIMITS: 'relaxed' };

const run = async (checkout: string, args: string[], env: Record<string, string>): Promise<string> => {
  const options = { cwd: checkout, env: { PATH: process.env['PATH'], ...ENVIRONMENT, ...env } };
  const { stdout } = await promisify(execFile)(process.execPath, [mainOf(checkout), ...args], options);
  return stdout;
};

const templates = new WeakMap<Stores, Map<string, Promise<string>>>();

/** Migrated once; everybody gets a copy. */
const freshDatabase = async (stores: Stores, checkout: string): Promise<string> => {
  const known = templates.get(stores) ?? new Map<string, Promise<string>>();
  templates.set(stores, known);
  const made =
    known.get(checkout) ??
    stores.database().then(async (url) => {
      await run(checkout, ['migrate'], { DATABASE_URL: url });
      return url;
    });
  known.set(checkout, made);
  return stores.database(await made);
};

const keyRings = new WeakMap<Stores, Promise<string>>();

/** The same for all deployments of a run; making them takes a process. */
const keysOf = async (stores: Stores, checkout: string): Promise<Record<string, string>> => {
  const made = keyRings.get(stores) ?? run(checkout, ['keys', 'generate', '--json'], {});
  keyRings.set(stores, made);
  return JSON.parse(await made) as Record<string, string>;
};

/** Starts the service as `npm start` and the container do: the program itself, by its command `serve`. */
export const deploy = async (options: DeploymentOptions, undo: Undo): Promise<Deployment> => {
  const { stores, checkout, instances: count = 1 } = options;
  const databaseUrl = options.databaseUrl ?? (await freshDatabase(stores, checkout));
  const redisUrl = options.withoutRedis === true ? null : (await stores.redis(undo)).url;
  const keys = await keysOf(stores, checkout);
  const ports = await portsFor(count);
  const publicUrl = `http://127.0.0.1:${ports[0]?.port}`;
  const env: Record<string, string> = {
    ...{ ...ENVIRONMENT, ...keys, ...options.env, PUBLIC_URL: publicUrl, DATABASE_URL: databaseUrl },
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    TRUST_PROXY: '127.0.0.1',
  };
  const instances = [];
  for (const { port, opsPort } of ports) {
    const server = await startServer(
      {
        ...{ name: `portcullis-${port}`, args: [...(options.nodeArgs ?? []), mainOf(checkout), 'serve'] },
        ...{ cwd: checkout, dir: options.dir, cores: options.cores },
        env: { ...env, PORT: String(port), OPS_PORT: String(opsPort) },
        readyUrls: [`http://127.0.0.1:${port}/v1/keys`, `http://127.0.0.1:${opsPort}/readyz`],
      },
      undo,
    );
    instances.push({ ...server, port, opsPort });
  }
  const port = ports[0]?.port ?? 0;
  const secret = keys['PORTCULLIS_KEYS'] ?? '';
  const mint = createMint(secret, await keyIdAt(port), publicUrl);
  const client = async () => {
    const made = await run(checkout, ['clients', 'create', 'bench', '--json'], env);
    const { id, secret: password } = JSON.parse(made) as { id: string; secret: string };
    const pair = `${encodeURIComponent(id)}:${encodeURIComponent(password)}`;
    return { id, secret: password, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  };
  return { databaseUrl, redisUrl, instances, port, publicUrl, mint, client };
};

const portsFor = async (count: number): Promise<{ port: number; opsPort: number }[]> => {
  const found = new Set<number>();
  while (found.size < count * 2) found.add(await freePort());
  const all = [...found];
  return Array.from({ length: count }, (_, index) => ({
    port: all[index * 2] as number,
    opsPort: all[index * 2 + 1] as number,
  }));
};

const keyIdAt = async (port: number): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/keys`);
  const { keys } = (await response.json()) as { keys: { id: string; signs: boolean }[] };
  const kid = keys.find(({ signs }) => signs)?.id;
  if (kid === undefined) throw new Error('the service names no key');
  return kid;
};
