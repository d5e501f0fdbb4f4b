import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connectRedis } from '@portcullis/authority/redis/connection';
import { freePort } from '@portcullis/devstack/ports';
import { findRedisBinary } from '@portcullis/devstack/redis-binary';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const docker = resolve(import.meta.dirname, '../../../../docker');
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

it('the Redis of docker/compose.yaml starts with the users of its file, and with the password of its environment', async () => {
  const compose = parse(readFileSync(join(docker, 'compose.yaml'), 'utf8'), { merge: true }) as {
    services: { redis: { command: string[]; environment: Record<string, string> } };
  };
  const { command, environment } = compose.services.redis;
  expect(Object.keys(environment)).toEqual(['PORTCULLIS_REDIS_PASSWORD']);
  const found = await findRedisBinary();
  if ('reason' in found) throw new Error(`this test needs a real Redis: ${found.reason}`);
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-compose-redis-'));
  const port = await freePort();
  // As compose hands it to the shell, but for the places that only a container has.
  const script = (command[0] ?? '')
    .replaceAll('$$', '$')
    .replace('/etc/redis-users.acl', join(docker, 'redis-users.acl'))
    .replaceAll('/data/', `${folder}/`)
    .replace('exec redis-server', `exec "$REDIS_SERVER" --bind 127.0.0.1 --port ${port} --dir ${folder}`);
  let server: ChildProcess | null = null;
  const url = (user: string) => `redis://${user}@127.0.0.1:${port}`;
  const clients = [
    connectRedis(url('portcullis:p-4'), quiet),
    connectRedis(url('portcullis:wrong'), quiet),
  ] as const;
  try {
    server = spawn('sh', ['-euc', script], {
      env: {
        ...process.env,
        ...found.binary.env,
        REDIS_SERVER: found.binary.path,
        PORTCULLIS_REDIS_PASSWORD: 'p-4',
      },
      stdio: 'ignore',
    });
    const [client, stranger] = clients;
    await expect.poll(() => client.isReady, { timeout: 60_000 }).toBe(true);
    expect(await client.info('memory')).toContain('maxmemory_policy:noeviction');
    await expect(client.flushAll()).rejects.toThrow('NOPERM');
    expect(stranger.isReady).toBe(false);
  } finally {
    for (const client of clients) client.destroy();
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
