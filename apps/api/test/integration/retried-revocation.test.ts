import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, open } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

let base: TestDatabase;
let redis: TestRedis;
let instance: Instance;
let failures = 0;

beforeAll(async () => {
  base = await freshDatabase();
  redis = await startTestRedis();
  instance = await startInstance({
    databaseUrl: base.url,
    redisUrl: redis.url,
    at: async (step) => {
      if (step !== 'applied' || failures === 0) return;
      failures -= 1;
      // What Postgres says to the victim of a deadlock.
      throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    },
  });
});
afterAll(async () => {
  await instance.close();
  await redis.finish([/^pc:/]);
  await base.drop();
});

test('P2: tries that Postgres rolled back leave no fence behind, so the index answers again without a heal', async () => {
  const person = await makePerson(instance);
  const { sessionId, accountId } = await open(instance, person);
  failures = 3;
  expect(await revokeAll(await instance.as(sessionId, accountId))).toEqual({ sessionsEnded: 1 });
  expect(failures).toBe(0);
  const trust = instance.authority.lease.trust();
  const fence = () => instance.redis?.hGet(`pc:${trust?.generation.name}:{${accountId}}`, 'f');
  await expect.poll(fence).toBeNull();
  expect(await instance.verify(sessionId, accountId)).toMatchObject({ reason: 'session_revoked' });
});
