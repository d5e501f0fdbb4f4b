import { connectRedis, type RedisConnection } from '@portcullis/authority/redis/connection';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKeyed } from '../../src/adapters/keyed.ts';
import { createRateLimiter } from '../../src/adapters/rate-limiter.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { limitsOf } from '../../src/config/limits.ts';
import type { AuthError } from '../../src/errors.ts';
import type { LimitRule } from '../../src/ports.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const keyed = createKeyed(Buffer.alloc(32, 'portcullis-test-secret'));
const rules = limitsOf('standard');

let server: TestRedis;
const connections: RedisConnection[] = [];

/** A limiter of an instance of its own. */
const instance = async (refused?: (rule: LimitRule) => void) => {
  const redis = connectRedis(server.url, quiet, `limits-${connections.length}`);
  connections.push(redis);
  if (!redis.isReady) await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  return {
    redis,
    limiter: createRateLimiter({ rules, keyed, redis, clock: systemClock, ...(refused ? { refused } : {}) }),
  };
};

beforeAll(async () => {
  server = await startTestRedis();
});
beforeEach(async () => {
  const { redis } = await instance();
  await redis.flushAll();
});
afterAll(async () => {
  for (const connection of connections) connection.destroy();
  await server.finish([/^rl:/]);
});

const refusalOf = (work: Promise<unknown>): Promise<AuthError> =>
  work.then(
    () => Promise.reject(new Error('was let through')),
    (error: AuthError) => error,
  );

test('instances count together, and the one too many is told when to come back', async () => {
  const [a, b] = [await instance(), await instance()];
  for (let n = 0; n < 5; n += 1)
    await (n % 2 === 0 ? a : b).limiter.consume('sign_in_account_ip', 'ada|192.0.2.1');
  const refusal = await refusalOf(b.limiter.consume('sign_in_account_ip', 'ada|192.0.2.1'));
  expect(refusal.reason).toBe('rate_limited');
  expect(refusal.retryAfterMs).toBeGreaterThan(30_000);
  expect(refusal.retryAfterMs).toBeLessThanOrEqual(60_000);
});

test('rules and keys are counted apart', async () => {
  const refused: LimitRule[] = [];
  const { limiter } = await instance((rule) => refused.push(rule));
  for (let n = 0; n < 3; n += 1)
    expect(await limiter.tryConsume('mail_mailbox', 'ada@example.test')).toBe(true);
  expect(await limiter.tryConsume('mail_mailbox', 'ada@example.test')).toBe(false);
  expect(await limiter.tryConsume('mail_mailbox', 'bob@example.test')).toBe(true);
  expect(await limiter.tryConsume('mail_ip', 'ada@example.test')).toBe(true);
  expect(refused).toEqual(['mail_mailbox']);
});

test('of parallel calls exactly as many as there are points get through', async () => {
  const [a, b] = [await instance(), await instance()];
  const calls = Array.from({ length: 40 }, (_, n) =>
    (n % 2 === 0 ? a : b).limiter.tryConsume('sign_up_ip', '192.0.2.1'),
  );
  expect((await Promise.all(calls)).filter(Boolean)).toHaveLength(5);
});

test('a point given back can be taken again, and never more than were taken', async () => {
  const { limiter } = await instance();
  for (let n = 0; n < 20; n += 1) {
    await limiter.consume('password_session', 's1');
    await limiter.refund('password_session', 's1');
  }
  for (let n = 0; n < 10; n += 1) await limiter.refund('password_session', 's1');
  for (let n = 0; n < 5; n += 1) await limiter.consume('password_session', 's1');
  expect(await limiter.tryConsume('password_session', 's1')).toBe(false);
});

test('no address reaches Redis, and every key ends by itself', async () => {
  const { redis, limiter } = await instance();
  await limiter.consume('sign_in_ip', '192.0.2.77');
  await limiter.consume('mail_mailbox', 'ada@example.test');
  const keys = await redis.keys('*');
  expect(keys).toHaveLength(2);
  for (const key of keys) {
    expect(key).toMatch(/^rl:[\w-]{43}$/);
    expect(await redis.pTTL(key)).toBeGreaterThan(0);
  }
});

test('a Redis that is gone or silent neither locks people out nor takes the limit away', async () => {
  const { limiter } = await instance();
  server.suspend();
  const startMs = performance.now();
  await limiter.consume('sign_in_account_ip', 'grace|192.0.2.1');
  expect(performance.now() - startMs).toBeLessThan(900);
  server.resume();
  await server.kill();
  const outcomes: boolean[] = [];
  for (let n = 0; n < 8; n += 1)
    outcomes.push(await limiter.tryConsume('sign_in_account_ip', 'grace|192.0.2.1'));
  expect(outcomes.filter(Boolean).length).toBeLessThanOrEqual(5);
  expect(outcomes.at(-1)).toBe(false);
  await server.restart();
});

test('without a Redis each instance counts for itself', async () => {
  const limiter = createRateLimiter({ rules, keyed, redis: null, clock: systemClock });
  for (let n = 0; n < 5; n += 1) await limiter.consume('password_session', 's1');
  expect((await refusalOf(limiter.consume('password_session', 's1'))).reason).toBe('rate_limited');
  await limiter.refund('password_session', 's1');
});
