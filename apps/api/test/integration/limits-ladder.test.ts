import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRedis } from '@portcullis/authority/redis/connection';
import type { Answer } from '../support/http-client.ts';
import { outcome } from '../support/http-client-people.ts';
import { callerAt, clockOff, metricSum, newAddress, tally } from '../support/limits.ts';
import { type Service, startService } from '../support/service.ts';
import { anAddress, PASSWORD, startStores, type Stores } from '../support/service-stores.ts';

/*
 * What somebody gets who guesses, and what the owner of the account gets meanwhile: on three instances, of which one is
 * an hour early and one an hour late (RL-V8 holds of every test here).
 */

const HOUR_MS = 3_600_000;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let stores: Stores;
let instances: Service[];

beforeAll(async () => {
  stores = await startStores();
  const env = { ...stores.env, PORTCULLIS_RATE_LIMITS: 'standard', TRUST_PROXY: '127.0.0.1' };
  instances = await Promise.all([
    startService('serve', env),
    startService('serve', { ...env, ...clockOff(HOUR_MS) }),
    startService('serve', { ...env, ...clockOff(-HOUR_MS) }),
  ]);
}, 180_000);
afterAll(async () => {
  await Promise.all((instances ?? []).map((one) => one.stop()));
  await stores?.finish();
}, 120_000);

const from = (address = newAddress()) => callerAt(instances, address);
const WRONG = '401 credentials_invalid';
const LIMITED = '429 rate_limited';
const hashes = () => metricSum(instances, 'portcullis_password_hashes_total');
/** One guess each from that many addresses, a few at a time. */
const guessesFrom = async (addresses: number, email: string): Promise<Answer[]> => {
  const all: Answer[] = [];
  while (all.length < addresses) {
    const some = Array.from({ length: Math.min(25, addresses - all.length) }, () =>
      from().mutate('session.signIn', { email, password: 'wrong' }),
    );
    all.push(...(await Promise.all(some)));
  }
  return all;
};
/** Lets so much time pass for everything that is counted in Redis, in steps that are no sleep. */
const later = async (ms: number) => {
  const redis = connectRedis(stores.redis.url, quiet, 'limits-test');
  if (!redis.isReady) await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  for (const key of await redis.keys('rl:*')) {
    const count = JSON.parse((await redis.get(key)) ?? '{}') as { w?: { e: number }[]; u?: number };
    if (count.w === undefined) continue;
    for (const window of count.w) window.e -= ms;
    count.u = (count.u ?? 0) - ms;
    await redis.set(key, JSON.stringify(count), { expiration: 'KEEPTTL' });
  }
  redis.destroy();
};

test('RL-V1: whoever signed in from here before signs in at once, while others guess from a hundred addresses', async () => {
  const { email, password } = await stores.person();
  const home = newAddress();
  const victim = from(home);
  expect(outcome(await victim.mutate('session.signIn', { email, password }))).toBe(200);
  expect(tally(await guessesFrom(100, email))).toEqual({ [WRONG]: 20, [LIMITED]: 80 });
  const answers = [];
  for (let n = 0; n < 6; n += 1) answers.push(await victim.mutate('session.signIn', { email, password }));
  expect(tally(answers)).toEqual({ 200: 6 });
  // Not even from the address of somebody who guesses; and nobody else gets in, with the right password or a wrong one.
  const neighbour = from(home);
  for (const guess of [password, 'wrong'])
    expect(outcome(await neighbour.mutate('session.signIn', { email, password: guess }))).toBe(LIMITED);
});

test('RL-4: the owner of an account that strangers guess at is told once a day, and an address that nobody has gets no mail', async () => {
  const { accountId, email } = await stores.person();
  const told = () =>
    stores.query<{ account: string | null }>(
      "SELECT payload->>'accountId' AS account FROM graphile_worker._private_jobs WHERE payload->>'kind' = 'sign_ins_refused'",
    );
  const before = (await told()).length;
  for (const address of [email, anAddress()]) await guessesFrom(30, address);
  expect((await told()).slice(before).map(({ account }) => account)).toEqual([accountId, null]);
  await later(23 * HOUR_MS);
  await guessesFrom(30, email);
  expect(await told()).toHaveLength(before + 2);
  await later(2 * HOUR_MS);
  await guessesFrom(30, email);
  expect(await told()).toHaveLength(before + 3);
});

test('RL-V2: without such a cookie a reset of the password lets the owner in at once, and nobody else', async () => {
  const { accountId, email, password } = await stores.person();
  const owner = from();
  await guessesFrom(20, email);
  expect(outcome(await owner.mutate('session.signIn', { email, password }))).toBe(LIMITED);
  const token = await stores.link(accountId, 'reset_password');
  const newPassword = 'another honest passphrase';
  expect(outcome(await owner.mutate('account.resetPassword', { token, newPassword }))).toBe(200);
  expect(outcome(await owner.mutate('session.signIn', { email, password: newPassword }))).toBe(200);
  expect(outcome(await from().mutate('session.signIn', { email, password: newPassword }))).toBe(200);
});

test('RL-V3: a guess each from hundreds of addresses is twenty guesses, then one every 15, 30, 60 minutes', async () => {
  const { email } = await stores.person();
  const before = await hashes();
  expect(tally(await guessesFrom(400, email))).toEqual({ [WRONG]: 20, [LIMITED]: 380 });
  expect((await hashes()) - before).toBe(20);
  const waits = [];
  for (let n = 0; n < 4; n += 1) {
    const [refused] = await guessesFrom(1, email);
    waits.push(Number(refused?.headers.get('retry-after')));
    await later(1_000 * (waits.at(-1) ?? 0));
    expect(tally(await guessesFrom(5, email))).toEqual({ [WRONG]: 1, [LIMITED]: 4 });
  }
  expect(waits.map((seconds) => Math.round(seconds / 300) * 5)).toEqual([15, 30, 60, 60]);
});

test('RL-V4: one address that tries one account after the other has a hundred guesses a day', async () => {
  const attacker = from();
  const before = await hashes();
  const rounds = [];
  for (let round = 0; round < 7; round += 1) {
    const answers = [];
    for (let n = 0; n < 22; n += 1)
      answers.push(await attacker.mutate('session.signIn', { email: anAddress(), password: 'wrong' }));
    rounds.push(tally(answers)[WRONG] ?? 0);
    await later(301_000);
  }
  expect(rounds).toEqual([20, 20, 20, 20, 20, 0, 0]);
  expect((await hashes()) - before).toBe(100);
});

test('RL-V5: of a hundred guesses at the same time, at three instances, five are looked at', async () => {
  const { email } = await stores.person();
  const before = await hashes();
  const attacker = newAddress();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      callerAt(instances.slice(n % 3).concat(instances), attacker).mutate('session.signIn', {
        email,
        password: 'wrong',
      }),
    ),
  );
  expect(tally(answers)).toEqual({ [WRONG]: 5, [LIMITED]: 95 });
  expect((await hashes()) - before).toBe(5);
});

test('RL-3: one address waits 1, 2, 4, 8, 15 minutes for each further guess at an account', async () => {
  const { email } = await stores.person();
  const attacker = from();
  const guess = () => attacker.mutate('session.signIn', { email, password: 'wrong' });
  for (let n = 0; n < 5; n += 1) expect(outcome(await guess())).toBe(WRONG);
  const waits = [];
  for (let n = 0; n < 6; n += 1) {
    const refused = await guess();
    waits.push(Math.round(Number(refused.headers.get('retry-after')) / 60));
    await later(waits.at(-1) === undefined ? 0 : Number(refused.headers.get('retry-after')) * 1_000);
    expect(outcome(await guess())).toBe(WRONG);
  }
  expect(waits).toEqual([1, 2, 4, 8, 15, 15]);
});

test('RL-V7: answers for an address that nobody has are the same through the whole ladder', async () => {
  const known = (await stores.person()).email;
  const unknown = anAddress();
  const shown = ({ status, text, headers }: Answer) => ({
    status,
    text: text.replaceAll(/"requestId":"[^"]+"|"retryAfterMs":\d+/g, ''),
    headers: [...headers]
      .map(([name, value]) => (/^(x-request-id|date|retry-after)$/.test(name) ? name : `${name}: ${value}`))
      .map((line) => line.replaceAll(/;t=\d+/g, ';t=…')),
  });
  const step = async (callers: [ReturnType<typeof from>, ReturnType<typeof from>]) => {
    const [one, other] = [
      await callers[0].mutate('session.signIn', { email: known, password: 'wrong' }),
      await callers[1].mutate('session.signIn', { email: unknown, password: 'wrong' }),
    ];
    expect(shown(one)).toEqual(shown(other));
    return outcome(one);
  };
  const same: [ReturnType<typeof from>, ReturnType<typeof from>] = [from(), from()];
  const ladder = [];
  for (let n = 0; n < 7; n += 1) ladder.push(await step(same));
  for (let n = 0; n < 17; n += 1) ladder.push(await step([from(), from()]));
  expect(ladder.map((one) => one === WRONG)).toEqual([
    ...Array(5).fill(true),
    ...Array(2).fill(false),
    ...Array(15).fill(true),
    ...Array(2).fill(false),
  ]);
  // And beyond it: failures in a row, which Postgres counts.
  await later(7 * 24 * HOUR_MS);
  await stores.query('UPDATE portcullis.sign_in_failure SET failures = 100');
  expect(await step([from(), from()])).toBe(LIMITED);
});

test('RL-6: after a hundred failures in a row only a known device or a reset lets the owner in', async () => {
  const { accountId, email, password } = await stores.person();
  const home = from();
  expect(outcome(await home.mutate('session.signIn', { email, password }))).toBe(200);
  const inARow = (failures: number) =>
    stores.query('UPDATE portcullis.sign_in_failure SET failures = $1', [failures]);
  const guess = () => from().mutate('session.signIn', { email, password: 'wrong' });
  expect(outcome(await guess())).toBe(WRONG);
  await inARow(99);
  expect(tally([await guess(), await guess(), await guess()])).toEqual({ [WRONG]: 1, [LIMITED]: 2 });
  const refused = await from().mutate('session.signIn', { email, password });
  expect([outcome(refused), refused.error?.fields]).toEqual([LIMITED, { password: 'reset_required' }]);
  expect(outcome(await home.mutate('session.signIn', { email, password }))).toBe(200);
  expect(outcome(await from().mutate('session.signIn', { email, password }))).toBe(200);
  await guess();
  await inARow(100);
  const token = await stores.link(accountId, 'reset_password');
  expect(outcome(await from().mutate('account.resetPassword', { token, newPassword: PASSWORD }))).toBe(200);
  expect(outcome(await from().mutate('session.signIn', { email, password: PASSWORD }))).toBe(200);
});

test('a success between them: failures are not in a row', async () => {
  const { email, password } = await stores.person();
  const count = async () =>
    (
      await stores.query<{ n: number }>(
        'SELECT coalesce(sum(failures), 0)::int AS n FROM portcullis.sign_in_failure',
      )
    )[0]?.n;
  await stores.query('DELETE FROM portcullis.sign_in_failure');
  for (let n = 0; n < 3; n += 1) await from().mutate('session.signIn', { email, password: 'wrong' });
  expect(await count()).toBe(3);
  expect(outcome(await from().mutate('session.signIn', { email, password }))).toBe(200);
  expect(await count()).toBe(0);
});

test('RL-V6: a Redis that is killed in the middle lets through at most twice the limit, and locks nobody out', async () => {
  const { email } = await stores.person();
  const other = await stores.person();
  const before = await hashes();
  const attacker = from();
  const guess = () => attacker.mutate('session.signIn', { email, password: 'wrong' });
  const answers: Answer[] = [];
  for (let n = 0; n < 3; n += 1) answers.push(await guess());
  expect(tally(answers)).toEqual({ [WRONG]: 3 });
  await stores.redis.kill();
  try {
    for (let n = 0; n < 30; n += 1) answers.push(await guess());
    const looked = (await hashes()) - before;
    expect(looked).toBe(tally(answers)[WRONG]);
    expect(looked).toBeLessThanOrEqual(10);
    expect(answers.slice(-3).map(outcome)).toEqual(Array(3).fill(LIMITED));
    const { email: theirs, password } = other;
    expect(outcome(await from().mutate('session.signIn', { email: theirs, password }))).toBe(200);
  } finally {
    await stores.redis.restart();
  }
});
