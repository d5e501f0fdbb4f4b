import { expect, test } from 'vitest';
import { Guard, isGuardRefusal } from './guard.ts';

class Outage extends Error {}

/** A store that answers when the test says so. */
const guarded = (outages = 2) => {
  const asked: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];
  const guard = new Guard({
    isOutage: (error) => error instanceof Outage,
    outages,
    pauseMs: 0,
    patienceMs: 5,
    signOfLife: () => new Promise((resolve, reject) => void asked.push({ resolve, reject })),
  });
  const fail = () => guard.execute(() => Promise.reject(new Outage()));
  return { guard, asked, fail };
};
const refused = (work: Promise<unknown>) =>
  work.then(
    () => false,
    (error: unknown) => isGuardRefusal(error),
  );

test('a store that answers is asked for nothing but the work', async () => {
  const { guard, asked } = guarded();
  expect(await guard.execute(() => Promise.resolve(1))).toBe(1);
  await expect(guard.execute(() => Promise.reject(new TypeError('no')))).rejects.toThrow(TypeError);
  expect(await guard.execute(() => Promise.resolve(2))).toBe(2);
  expect(asked).toEqual([]);
});

test('after an outage the store gets no work before it gave a sign of life', async () => {
  const { guard, asked, fail } = guarded(5);
  await expect(fail()).rejects.toThrow(Outage);
  let worked = false;
  const call = guard.execute(() => Promise.resolve((worked = true)));
  await expect.poll(() => asked).toHaveLength(1);
  expect(worked).toBe(false);
  asked[0]?.resolve(undefined);
  expect(await call).toBe(true);
  await guard.execute(() => Promise.resolve());
  expect(asked).toHaveLength(1);
});

test('a store that stays silent, or says no, is not given the work', async () => {
  const { guard, asked, fail } = guarded(5);
  await expect(fail()).rejects.toThrow(Outage);
  const never = () => Promise.reject(new Error('was given work'));
  expect(await refused(guard.execute(never))).toBe(true);
  const second = guard.execute(never);
  await expect.poll(() => asked).toHaveLength(2);
  asked[1]?.reject(new Outage());
  await expect(second).rejects.toThrow(Outage);
});

test('work that may be given up is, and that counts as an outage', async () => {
  const { guard, asked } = guarded(1);
  expect(await refused(guard.execute(() => new Promise(() => {}), 5))).toBe(true);
  expect(guard.broken).toBe(true);
  void guard.execute(() => Promise.resolve()).catch(() => undefined);
  await expect.poll(() => asked).toHaveLength(1);
});

test('while one call tries whether the store is back, nobody waits for it', async () => {
  const { guard, asked, fail } = guarded(1);
  await expect(fail()).rejects.toThrow(Outage);
  expect(guard.broken).toBe(true);
  let isTrying = true;
  const trying = guard.execute(() => Promise.resolve('back')).finally(() => (isTrying = false));
  await expect.poll(() => asked).toHaveLength(1);
  expect(await refused(guard.execute(() => Promise.resolve('too early')))).toBe(true);
  expect(isTrying).toBe(true);
  asked[0]?.resolve(undefined);
  expect(await trying).toBe('back');
  expect(guard.broken).toBe(false);
  expect(await guard.execute(() => Promise.resolve('again'))).toBe('again');
});
