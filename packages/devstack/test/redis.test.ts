import { createClient } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis, unexpectedKeys } from '../src/test-redis.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await startTestRedis({ persist: true });
}, 200_000);

afterAll(() => server.finish([/./]));

async function command(...args: string[]): Promise<unknown> {
  const client = createClient({ url: server.url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
}

test('never evicts, keeps its file over a restart, and forgets it when told', async () => {
  expect(await command('CONFIG', 'GET', 'maxmemory-policy')).toMatchObject({
    'maxmemory-policy': 'noeviction',
  });
  await command('SET', 'a', '1');
  await server.restart();
  expect(await command('GET', 'a')).toBe('1');
  await server.kill();
  expect(server.pid).toBeNull();
  await expect(command('PING')).rejects.toThrow();
  await server.restart({ empty: true });
  expect(await command('GET', 'a')).toBeNull();
});

test('suspended it answers nothing', async () => {
  server.suspend();
  let reply: unknown = 'none yet';
  const asked = command('PING').then((text) => (reply = text));
  const other = await startTestRedis();
  await other.finish();
  expect(reply).toBe('none yet');
  server.resume();
  await asked;
  expect(reply).toBe('PONG');
});

test('a key that nobody expects fails the end of a test file', async () => {
  const other = await startTestRedis();
  const client = createClient({ url: other.url });
  client.on('error', () => {});
  await client.connect();
  await client.set('pc:1:a', '1');
  await client.set('left', '1');
  client.destroy();
  expect(await unexpectedKeys(other.url, [/^pc:/])).toEqual(['left']);
  await expect(other.finish([/^pc:/])).rejects.toThrow(/left in Redis: left/);
});
