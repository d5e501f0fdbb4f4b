import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../support/http-client.ts';
import { httpClient } from '../support/http-client.ts';
import { outcome, signInAt, type SignedInPerson } from '../support/http-client-people.ts';
import { metricSum, newAddress, tally } from '../support/limits.ts';
import { type Service, startService } from '../support/service.ts';
import { startStores, type Stores } from '../support/service-stores.ts';

/* Hashing is the dearest thing that a stranger can ask for. It has a queue of its own, and nothing else waits in it (RL-7). */

const SIGN_INS = 200;
const QUEUE = 32;

let stores: Stores;
let service: Service;
let person: SignedInPerson;
let account: Awaited<ReturnType<Stores['person']>>;

beforeAll(async () => {
  stores = await startStores();
  account = await stores.person();
  const env = { ...stores.env, TRUST_PROXY: '127.0.0.1' };
  // One at a time, dear ones, and patience: what is measured is what waits for what, not how long.
  const dear = {
    PORTCULLIS_ARGON2_MEMORY_KIB: '24576',
    PORTCULLIS_ARGON2_PASSES: '3',
    PORTCULLIS_ARGON2_CONCURRENT: '1',
    PORTCULLIS_ARGON2_WAIT_MS: '60000',
    PORTCULLIS_REQUEST_DEADLINE_MS: '60000',
  };
  service = await startService('serve', { ...env, ...dear });
  person = await signInAt(service.url, account, 'cookie', { 'x-forwarded-for': newAddress() });
}, 180_000);
afterAll(async () => {
  await service?.stop();
  await stores?.finish();
}, 120_000);

/** Nobody knows these addresses, so that each costs a hash with the parameters of today. */
const signIn = (n: number): Promise<Answer> =>
  httpClient(service.url, { 'x-forwarded-for': newAddress() }).mutate('session.signIn', {
    email: `nobody-${n}@example.test`,
    password: 'wrong',
  });
const waiting = () => metricSum([service], 'portcullis_password_hash_queue');

test('of two hundred sign-ins at the same time as many wait as may, and checks and probes wait for none of them', async () => {
  const answered: string[] = [];
  const answers: Answer[] = [];
  const signIns = Array.from({ length: SIGN_INS }, async (_, n) => {
    answers.push(await signIn(n));
    answered.push('sign-in');
  });
  await expect.poll(waiting, { timeout: 60_000, interval: 20 }).toBe(QUEUE);
  // Those that do not fit are told at once, while the others wait.
  await expect.poll(() => answered.length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(100);
  const checks = Array.from({ length: 40 }, async () => {
    expect(outcome(await person.query('account.me'))).toBe(200);
    expect((await person.get('/v1/session')).status).toBe(204);
    answered.push('check');
  });
  const probes = ['livez', 'readyz'].map(async (probe) => {
    expect((await fetch(`${service.opsUrl}/${probe}`)).status).toBe(200);
    answered.push('probe');
  });
  await Promise.all([...checks, ...probes]);
  expect(await waiting()).toBeGreaterThan(0);
  await Promise.all(signIns);
  expect(answered.filter((one) => one === 'check')).toHaveLength(40);
  expect(answered.lastIndexOf('check')).toBeLessThan(answered.lastIndexOf('sign-in'));
  expect(answered.lastIndexOf('probe')).toBeLessThan(answered.lastIndexOf('sign-in'));

  const counts = tally(answers);
  expect(Object.keys(counts).sort()).toEqual(['401 credentials_invalid', '503 unavailable']);
  expect(counts['401 credentials_invalid']).toBeGreaterThanOrEqual(QUEUE + 1);
  expect(await metricSum([service], 'portcullis_password_hash_refused_total')).toBe(
    counts['503 unavailable'],
  );
  for (const { status, headers } of answers) if (status === 503) expect(headers.get('retry-after')).toBe('1');
});

test('a sign-in that found no place in the queue costs no point, and counts as no failure', async () => {
  await expect.poll(waiting, { timeout: 60_000 }).toBe(0);
  const before = await stores.query<{ n: number }>(
    'SELECT coalesce(sum(failures), 0)::int AS n FROM portcullis.sign_in_failure',
  );
  const address = newAddress();
  const here = httpClient(service.url, { 'x-forwarded-for': address });
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      here.mutate('session.signIn', { email: `one-${n}@example.test`, password: 'wrong' }),
    ),
  );
  const looked = tally(answers)['401 credentials_invalid'] ?? 0;
  expect(looked).toBeLessThan(60);
  const after = await stores.query<{ n: number }>(
    'SELECT coalesce(sum(failures), 0)::int AS n FROM portcullis.sign_in_failure',
  );
  expect((after[0]?.n ?? 0) - (before[0]?.n ?? 0)).toBe(looked);
});
