import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './postgres.ts';
import { startTestRedis } from './test-redis.ts';

/**
 * Gives tests their stores when vitest is run by hand; under `npm test` they are there already. Durability is off
 * here: a test kills servers, never the machine's power.
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env['PORTCULLIS_TEST_DATABASE_URL']) return async () => {};
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-test-'));
  const redis = await startTestRedis();
  const postgres = await startPostgres({
    dir,
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '300', log_min_messages: 'fatal' },
  });
  process.env['PORTCULLIS_TEST_DATABASE_URL'] = postgres.adminUrl;
  process.env['PORTCULLIS_TEST_REDIS_URL'] = redis.url;
  process.env['PORTCULLIS_TEST_RUN'] = `vitest-${process.pid}`;
  return async () => {
    delete process.env['PORTCULLIS_TEST_DATABASE_URL'];
    await postgres.destroy();
    await redis.finish([/./]);
    rmSync(dir, { recursive: true, force: true });
  };
}
