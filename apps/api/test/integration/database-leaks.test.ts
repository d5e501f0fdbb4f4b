import { startTestRedis } from '@portcullis/devstack/test-redis';
import { makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { finishRedis, generationOf, rawClient } from '../support/hooks.ts';
import { startInstance } from '../support/instance.ts';
import { freshDatabase } from '../support/template.ts';

describe('what a test leaves open fails it', () => {
  it('a connection', async () => {
    const base = await freshDatabase();
    const leak = new pg.Client({ connectionString: base.url, application_name: 'forgotten' });
    leak.on('error', () => undefined);
    await leak.connect();
    await expect(base.drop()).rejects.toThrow(/1 database connection\(s\) were left open:[^]*forgotten/);
  });

  it('an instance that nobody closed', async () => {
    const base = await freshDatabase();
    const redis = await startTestRedis();
    const instance = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
    await expect(base.drop()).rejects.toThrow(/left open:[^]*lease/);
    await instance.close();
    await finishRedis(redis);
  });

  it('a worker that nobody stopped', async () => {
    const base = await freshDatabase();
    const pool = new pg.Pool({ connectionString: base.url, application_name: 'worker' });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    const utils = await makeWorkerUtils({ pgPool: pool });
    await utils.release();
    const worker = await run({ pgPool: pool, taskList: { mail: () => undefined }, noHandleSignals: true });
    await expect(base.drop()).rejects.toThrow(/left open:[^]*worker/);
    await worker.stop().catch(() => undefined);
    await pool.end();
  });

  it('a key in Redis that belongs to nobody, and a fence that nobody released', async () => {
    const redis = await startTestRedis();
    const client = await rawClient(redis);
    await client.set('forgotten', '1');
    client.destroy();
    await expect(finishRedis(redis)).rejects.toThrow(/keys were left in Redis: forgotten/);

    const base = await freshDatabase();
    const other = await startTestRedis();
    const instance = await startInstance({ databaseUrl: base.url, redisUrl: other.url });
    await instance.index.fence(generationOf(instance), 'somebody', 'left');
    await instance.close();
    await base.drop();
    await expect(finishRedis(other)).rejects.toThrow(/fences were left in Redis: .*somebody/);
  });
});
