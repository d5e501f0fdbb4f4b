import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { findRedisBinary, type RedisBinary } from './redis-binary.ts';
import { endsWithin, lastLines, type ServerProcess, startServerProcess } from './server-process.ts';

/** A Redis for development and tests, with the switches that fault tests need. */
export interface RedisServer {
  readonly url: string;
  /** False when the URL was given: the server is not ours to stop, and the fault switches throw. */
  readonly isOwn: boolean;
  readonly port: number;
  readonly pid: number | null;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Freezes it: connections stay open and nothing answers. */
  suspend(): void;
  resume(): void;
  /** Starts again on the same port, after a stop where it still runs. `empty` also drops what was persisted. */
  restart(options?: { empty?: boolean }): Promise<void>;
}

/** Options of {@link startRedis}. */
export interface RedisOptions {
  /** Where its log stays, and its data with `persist`. */
  dir: string;
  /** A server that already runs; nothing is started then. */
  redisUrl?: string | undefined;
  /** Keep an append-only file. Without it every restart is empty. */
  persist?: boolean;
  /** The preferred port; the next free one when taken. */
  port?: number;
  /** More arguments of redis-server, such as `['--replicaof', '127.0.0.1', '6380']`. */
  args?: string[];
  /** Told why there is no Redis when the answer is null. */
  explain?: (reason: string) => void;
}

/**
 * Gives a Redis: the one named by `redisUrl`, else one of our own from the PATH or from the distribution's package,
 * else null. It listens on 127.0.0.1 only and never evicts.
 *
 * @throws Error naming the cause when a Redis is there and does not start within 20 seconds
 */
export async function startRedis(options: RedisOptions): Promise<RedisServer | null> {
  if (options.redisUrl) return foreignServer(options.redisUrl);
  const found = await findRedisBinary();
  if ('reason' in found) {
    options.explain?.(found.reason);
    return null;
  }
  mkdirSync(options.dir, { recursive: true });
  const dir = realpathSync(options.dir);
  const port = await freePort(options.port);
  const start = () => launch(found.binary, options, dir, port);
  let server = await start();
  const stop = async () => {
    if (server.hasEnded()) return;
    server.resumeTree();
    server.signal('SIGTERM');
    if (!(await endsWithin(server, 10_000))) await server.killTree();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    isOwn: true,
    port,
    get pid() {
      return server.hasEnded() ? null : server.pid;
    },
    stop,
    kill: () => server.killTree(),
    suspend: () => server.suspendTree(),
    resume: () => server.resumeTree(),
    restart: async ({ empty = false } = {}) => {
      await stop();
      if (empty) rmSync(join(dir, 'redis'), { recursive: true, force: true });
      server = await start();
    },
  };
}

async function launch(
  binary: RedisBinary,
  options: RedisOptions,
  dir: string,
  port: number,
): Promise<ServerProcess> {
  const data = join(dir, 'redis');
  mkdirSync(data, { recursive: true });
  const logFile = join(dir, 'redis.log');
  const server = await startServerProcess({
    command: binary.path,
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--daemonize', 'no'],
      ...['--save', '', '--appendonly', options.persist ? 'yes' : 'no'],
      ...['--maxmemory-policy', 'noeviction', ...(options.args ?? [])],
    ],
    logFile,
    cwd: data,
    env: binary.env,
  });
  const deadline = performance.now() + 20_000;
  while (!(await answersPing(port))) {
    if (server.hasEnded()) throw new Error(`Redis ended with ${await server.ended}:\n${lastLines(logFile)}`);
    if (performance.now() > deadline) {
      await server.killTree();
      throw new Error(`Redis did not become ready in 20 s:\n${lastLines(logFile)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return server;
}

/** While it loads its file a Redis answers PING with an error: ready is `+PONG` only. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const finish = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => finish(reply.toString().startsWith('+PONG')));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

function foreignServer(url: string): RedisServer {
  const notOurs = () => {
    throw new Error('this Redis was given by URL: it is not ours to stop');
  };
  return {
    url,
    isOwn: false,
    port: Number(new URL(url).port || 6379),
    pid: null,
    stop: async () => {},
    kill: async () => notOurs(),
    suspend: notOurs,
    resume: notOurs,
    restart: async () => notOurs(),
  };
}
