import { connectRedis, type RedisConnection } from '@portcullis/authority/redis/connection';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKeyed } from '../../src/adapters/keyed.ts';
import { GIVE, TAKE } from '../../src/adapters/rate-limiter-script.ts';
import { createRateLimiter } from '../../src/adapters/rate-limiter.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { limitsOf } from '../../src/config/limits.ts';
import { givePoint, type LimitShape, NOTHING_TAKEN, takePoint } from '../../src/domain/limit.ts';
import type { AuthError } from '../../src/errors.ts';
import type { LimitRule } from '../../src/ports.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const keyed = createKeyed(Buffer.alloc(32, 'portcullis-test-secret'));
const rules = limitsOf('standard');

let server: TestRedis;
const connections: RedisConnection[] = [];
let fleetSize = 1;

/** A limiter of an instance of its own. */
const instance = async (refused?: (rule: LimitRule) => void) => {
  const redis = connectRedis(server.url, quiet, `limits-${connections.length}`);
  connections.push(redis);
  if (!redis.isReady) await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  return {
    redis,
    limiter: createRateLimiter({
      rules,
      keyed,
      redis,
      clock: systemClock,
      instances: () => fleetSize,
      ...(refused ? { refused } : {}),
    }),
  };
};

const ready = async (redis: RedisConnection): Promise<void> => {
  if (!redis.isReady) await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
};

/** Lets so much time pass for one count. */
const shift = async (redis: RedisConnection, key: string, ms: number): Promise<void> => {
  const raw = await redis.get(key);
  if (raw === null) return;
  const count = JSON.parse(raw) as { w: { t: number; e: number }[]; u: number };
  for (const window of count.w) window.e -= ms;
  count.u -= ms;
  const expires = (await redis.pTTL(key)) - ms;
  if (expires <= 0) await redis.del(key);
  else await redis.set(key, JSON.stringify(count), { expiration: { type: 'PX', value: expires } });
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
  await limiter.consume('sign_in_account_ip', 'grace|192.0.2.1');
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

test('RL-V6: three instances that lose Redis in the middle let through at most twice the limit in all', async () => {
  fleetSize = 3;
  const fleet = await Promise.all([instance(), instance(), instance()]);
  // All of it before, none of it, and as many of it as any instance's share.
  for (const before of [20, 0, 7]) {
    await fleet[0]?.redis.flushAll();
    const key = `ada-${before}`;
    let through = 0;
    for (let n = 0; n < before; n += 1)
      if (await fleet[0]?.limiter.tryConsume('sign_in_account', key)) through += 1;
    await server.kill();
    for (let n = 0; n < 90; n += 1)
      if (await fleet[n % 3]?.limiter.tryConsume('sign_in_account', key)) through += 1;
    expect(through).toBeLessThanOrEqual(40);
    expect(through).toBeGreaterThanOrEqual(20);
    await server.restart();
    for (const { redis } of fleet) await ready(redis);
  }
  fleetSize = 1;
});

test('a Redis that is away longer than a deadline is not waited for by every call', async () => {
  const { limiter } = await instance();
  server.suspend();
  try {
    const startMs = performance.now();
    for (let n = 0; n < 40; n += 1) await limiter.tryConsume('sign_up_ip', `192.0.2.${n}`);
    // Each by itself would wait for a second.
    expect(performance.now() - startMs).toBeLessThan(35_000);
  } finally {
    server.resume();
  }
});

test('the same steps in Lua and here: any takings, givings back and times', async () => {
  const { redis } = await instance();
  const shape: LimitShape = {
    windows: [
      { points: 3, ms: 10_000_000 },
      { points: 5, ms: 50_000_000 },
    ],
    waitsMs: [],
    forgetMs: 0,
  };
  const growing: LimitShape = {
    windows: [{ points: 3, ms: 10_000_000 }],
    waitsMs: [2_000_000, 4_000_000],
    forgetMs: 40_000_000,
  };
  let seed = 7;
  const draw = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (const [at, rule] of [shape, growing, shape, growing].entries()) {
    const key = `rl:model-${at}`;
    let count = NOTHING_TAKEN;
    let nowMs = 0;
    for (let step = 0; step < 150; step += 1) {
      const kind = draw(10);
      if (kind < 6) {
        const answer = await redis.eval(TAKE, { keys: [key], arguments: [JSON.stringify(rule)] });
        const [taken, left, window, ms = 0] = (answer as unknown[]).map(Number);
        const next = takePoint(count, rule, nowMs);
        count = next.count;
        expect({ taken: taken === 1, left, window }, `step ${step}`).toEqual({
          taken: next.taking.taken,
          left: next.taking.left,
          window: next.taking.window,
        });
        // What really passed in between is far less than any step of the model.
        expect(Math.abs(ms - next.taking.ms)).toBeLessThan(400_000);
      } else if (kind < 8) {
        await redis.eval(GIVE, { keys: [key], arguments: [] });
        count = givePoint(count);
      } else {
        const passed = (1 + draw(30)) * 1_000_000 + 500_000;
        nowMs += passed;
        await shift(redis, key, passed);
      }
    }
  }
});

test('sign-ins that fail far more often than usual halve the limits on them, at every instance that sees one', async () => {
  const alarms: boolean[] = [];
  const redis = (await instance()).redis;
  const one = createRateLimiter({
    rules,
    keyed,
    redis,
    clock: systemClock,
    alarmed: (on) => alarms.push(on),
  });
  const other = createRateLimiter({ rules, keyed, redis, clock: systemClock });
  const pointsOf = async (limiter: typeof one, key: string) =>
    (await limiter.consume('sign_in_account_ip', key)).points;
  expect(await pointsOf(one, 'before')).toBe(5);
  for (let n = 0; n < 510; n += 1) one.signInFailed();
  await expect.poll(() => one.isAlarmed(), { timeout: 20_000 }).toBe(true);
  expect([await pointsOf(one, 'after'), await pointsOf(other, 'after')]).toEqual([3, 5]);
  other.signInFailed();
  await expect.poll(() => other.isAlarmed(), { timeout: 20_000 }).toBe(true);
  expect(alarms).toEqual([true]);
  expect((await one.consume('sign_up_ip', 'x')).points).toBe(5);
});
