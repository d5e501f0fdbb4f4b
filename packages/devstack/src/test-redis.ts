import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { type RedisServer, startRedis } from './redis.ts';

/** A Redis of one test file. */
export interface TestRedis extends RedisServer {
  /**
   * Ends it and removes its folder.
   *
   * @throws Error naming the keys that are left and match none of `allowed`
   */
  finish(allowed?: RegExp[]): Promise<void>;
}

/**
 * Starts a Redis for one test file: its own process (about 20 ms), so that a test may freeze, kill or empty it.
 *
 * @throws Error with the command to install one when there is none: tests never go on without
 */
export async function startTestRedis(
  options: { persist?: boolean; args?: string[] } = {},
): Promise<TestRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-redis-'));
  let reason = '';
  const server = await startRedis({ dir, ...options, explain: (text) => (reason = text) });
  if (server === null) throw new Error(`these tests need a real Redis: ${reason}`);
  const finish = async (allowed: RegExp[] = []) => {
    const keys = server.pid === null ? [] : await unexpectedKeys(server.url, allowed);
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
    if (keys.length > 0) throw new Error(`keys were left in Redis: ${keys.join(', ')}`);
  };
  // Not a spread: `pid` is a getter that changes with every restart.
  return Object.assign(Object.create(server) as RedisServer, { finish });
}

/** Names of all keys of this database that match none of the patterns; at most 100 of them. */
export async function unexpectedKeys(url: string, allowed: RegExp[]): Promise<string[]> {
  const client = createClient({ url, socket: { connectTimeout: 2000, reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    const found: string[] = [];
    for await (const keys of client.scanIterator({ COUNT: 500 })) {
      found.push(...keys.filter((key) => !allowed.some((pattern) => pattern.test(key))));
      if (found.length > 100) break;
    }
    return found.slice(0, 100);
  } finally {
    client.destroy();
  }
}
