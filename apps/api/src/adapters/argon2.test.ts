import argon2 from 'argon2';
import { describe, expect, test } from 'vitest';
import { createPasswordHasher, type HasherOptions } from './argon2.ts';
import { passwordHasherContract } from './password-hasher.contract.ts';
import { systemClock } from './system.ts';

const cheap: HasherOptions = { memoryKiB: 64, timeCost: 1 };
const hasherOf = (options: HasherOptions = {}) => createPasswordHasher({ ...cheap, ...options }, systemClock);
const PASSWORD = 'correct-horse-battery-staple-42';

passwordHasherContract('argon2', (cost) => createPasswordHasher(cost, systemClock));

describe('this library', () => {
  test('hashes with 19 MiB and two passes unless told otherwise', async () => {
    const phc = await createPasswordHasher({}, systemClock).hash(PASSWORD);
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  test('sorts the parameters by name, which verifies and needs no rehash', async () => {
    const sorted = await argon2.hash(PASSWORD, { memoryCost: 64, timeCost: 1, parallelism: 1 });
    expect(sorted).toContain('$m=64,p=1,t=1$');
    expect(await hasherOf().verify(sorted, PASSWORD)).toBe(true);
    expect(hasherOf().needsRehash(sorted)).toBe(false);
  });
});

describe('stored hashes', () => {
  const tail = `$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  test.each([
    ['more memory than allowed', `$argon2id$v=19$m=4294967295,t=2,p=1${tail}`],
    ['much memory for many passes', `$argon2id$v=19$m=262144,t=16,p=1${tail}`],
    ['a parameter twice', `$argon2id$v=19$m=64,m=64,t=1${tail}`],
    ['no hash at all', '!'],
  ])('%s is not computed: one hash of today’s cost, and nobody passes', async (_, phc) => {
    const hasher = hasherOf();
    expect(await hasher.verify(phc, PASSWORD)).toBe(false);
    expect(hasher.stats()).toMatchObject({ unusable: 1, total: 1 });
  });

  test('settings beyond the same bounds are refused at the start', () => {
    expect(() => hasherOf({ memoryKiB: 4_194_304 })).toThrow(RangeError);
    expect(() => hasherOf({ timeCost: 0 })).toThrow(RangeError);
  });
});

test('verifying nothing is one hash and never true', async () => {
  const hasher = hasherOf();
  expect(await hasher.verifyNothing(PASSWORD)).toBe(false);
  expect(await hasher.verifyNothing('')).toBe(false);
  expect(hasher.stats()).toMatchObject({ total: 2, unusable: 0, running: 0, queued: 0 });
});

describe('the queue', () => {
  const busy = { reason: 'unavailable', retryAfterMs: 1000 };

  test('computes no more than allowed at once, and turns away what it cannot hold', async () => {
    const hasher = hasherOf({ concurrent: 2, queue: 3 });
    const attempts = Array.from({ length: 7 }, () => hasher.hash(PASSWORD));
    const settled = Promise.allSettled(attempts);
    expect(hasher.stats()).toMatchObject({ running: 2, queued: 3, refused: 2 });
    const outcomes = await settled;
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array(5).fill('fulfilled'),
      ...Array(2).fill('rejected'),
    ]);
    for (const outcome of outcomes.slice(5)) expect(outcome).toMatchObject({ reason: busy });
    expect(hasher.stats()).toMatchObject({ running: 0, queued: 0, total: 5, refused: 2 });
  });

  test('turns away who waited too long, and nobody else', async () => {
    const timeouts: (() => void)[] = [];
    const sleep = (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        timeouts.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const hasher = createPasswordHasher({ ...cheap, concurrent: 1, queue: 8 }, { sleep });
    const running = hasher.hash(PASSWORD);
    const impatient = hasher.hash(PASSWORD);
    const patient = hasher.hash(PASSWORD);
    timeouts[0]?.();
    await expect(impatient).rejects.toMatchObject(busy);
    expect(await running).toMatch(/^\$argon2id/);
    expect(await patient).toMatch(/^\$argon2id/);
    // A timer that fires after the turn came changes nothing.
    timeouts[1]?.();
    expect(hasher.stats()).toEqual({ running: 0, queued: 0, total: 2, refused: 1, unusable: 0 });
  });

  test('serves in the order of arrival', async () => {
    const hasher = hasherOf({ concurrent: 1 });
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((n) => hasher.hash(PASSWORD).then(() => order.push(n))));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test('a hash that fails gives its turn back', async () => {
    const hasher = hasherOf({ concurrent: 1 });
    await expect(hasher.hash(null as unknown as string)).rejects.toThrow();
    expect(await hasher.hash(PASSWORD)).toMatch(/^\$argon2id/);
    expect(hasher.stats().running).toBe(0);
  });

  test('of a burst as many are served as may run and wait, and the others told at once', async () => {
    const hasher = hasherOf({ concurrent: 2 });
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => hasher.hash(PASSWORD)));
    const isServed = outcomes.map(({ status }) => status === 'fulfilled');
    expect(isServed).toEqual([...Array(2 + 32).fill(true), ...Array(66).fill(false)]);
    expect(hasher.stats().refused).toBe(66);
  });
});
