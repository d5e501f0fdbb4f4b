import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '@portcullis/devstack/redis';
import { startTcpProxy, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { createClient } from 'redis';
import { freePort } from '@portcullis/devstack/ports';
import type { Undo } from '@portcullis/devstack/undo';
import { until } from '@portcullis/devstack/wait';

type RedisClient = ReturnType<typeof clientFor>;

/** One Redis server with what faults do to its file. */
export interface RedisNode {
  readonly server: RedisServer;
  readonly name: string;
  ask<T>(work: (client: RedisClient) => Promise<T>): Promise<T>;
  /** Writes what it holds now to a file that later restarts may begin with. */
  dump(): Promise<void>;
  /** Kills it; the next start begins with what `dump` wrote, or with nothing. */
  restartFrom(what: 'dump' | 'nothing'): Promise<void>;
}

/** Three servers, of which one is meant at a time; each door is a proxy that may be sent elsewhere. */
export interface RedisSet {
  readonly nodes: readonly RedisNode[];
  main: RedisNode;
  door(): Promise<{ url: string; proxy: TcpProxy }>;
  /** Makes `replica` follow `primary` over a line that can be cut, and waits until it has everything. */
  follow(replica: RedisNode, primary: RedisNode): Promise<void>;
  /** The line of the newest `follow`. */
  readonly line: TcpProxy;
  /** Sends every door to this node from now on. */
  moveTo(node: RedisNode): void;
}

const NAMES = ['a', 'b', 'c'] as const;

/** @throws Error with the command to install one when there is no Redis */
export const startRedisSet = async (dir: string, undo: Undo): Promise<RedisSet> => {
  const nodes: RedisNode[] = [];
  for (const name of NAMES) nodes.push(await startNode(dir, name, undo));
  const [first] = nodes as [RedisNode];
  const line = await startTcpProxy(addressOf(first));
  undo.add(() => line.stop());
  const doors: TcpProxy[] = [];
  let main = first;
  return {
    nodes,
    line,
    get main() {
      return main;
    },
    set main(node) {
      main = node;
    },
    door: async () => {
      const proxy = await startTcpProxy(addressOf(main));
      undo.add(() => proxy.stop());
      doors.push(proxy);
      return { url: `redis://127.0.0.1:${proxy.port}`, proxy };
    },
    follow: async (replica, primary) => {
      line.mend();
      line.retarget(addressOf(primary));
      await replica.ask((client) => client.sendCommand(['REPLICAOF', '127.0.0.1', String(line.port)]));
      await until(`Redis ${replica.name} has everything of ${primary.name}`, () =>
        replica.ask(async (client) => /master_link_status:up/.test(await client.info('replication'))),
      );
    },
    moveTo: (node) => {
      main = node;
      for (const door of doors) door.retarget(addressOf(node));
    },
  };
};

export const addressOf = ({ server }: RedisNode) => ({ host: '127.0.0.1', port: server.port });

const clientFor = (url: string) => {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 2_000, socketTimeout: 15_000, reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  return client;
};

const startNode = async (dir: string, name: string, undo: Undo): Promise<RedisNode> => {
  let reason = '';
  const home = join(dir, `redis-${name}`);
  const server = await startRedis({
    dir: home,
    port: await freePort(),
    args: ['--repl-diskless-sync-delay', '0', '--enable-protected-configs', 'yes'],
    explain: (text) => (reason = text),
  });
  if (server === null) throw new Error(`the proof needs a real Redis: ${reason}`);
  undo.add(() => server.stop());
  const file = join(home, 'redis', 'dump.rdb');
  const kept = join(home, 'kept.rdb');
  const ask = async <T>(work: (client: RedisClient) => Promise<T>): Promise<T> => {
    const client = clientFor(server.url);
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  };
  return {
    name,
    server,
    ask,
    dump: async () => {
      await ask((client) => client.sendCommand(['SAVE']));
      copyFileSync(file, kept);
    },
    restartFrom: async (what) => {
      await server.kill();
      rmSync(file, { force: true });
      if (what === 'dump' && existsSync(kept)) copyFileSync(kept, file);
      await server.restart();
    },
  };
};
