import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpClient } from '../support/http-client.ts';
import { at, outcome, signInAt, type SignedInPerson } from '../support/http-client-people.ts';
import { type Service, startService } from '../support/service.ts';
import { callEverything, isUnavailable, readiness, warm } from '../support/service-checks.ts';
import { anAddress, PASSWORD, type StoredPerson } from '../support/service-stores.ts';
import { startWeather, type Weather } from '../support/service-weather.ts';

const PATIENCE = { timeout: 60_000 };
const NEW_PASSWORD = 'another passphrase 2';

let weather: Weather;
/** Two instances on the same stores. */
let one: Service;
let two: Service;

beforeAll(async () => {
  weather = await startWeather();
  // A busy machine may take its time; nothing here is about a deadline.
  const env = { ...weather.env, PORTCULLIS_REQUEST_DEADLINE_MS: '60000' };
  [one, two] = await Promise.all([startService('serve', env), startService('serve', env)]);
}, 120_000);
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()]);
  await weather?.finish();
}, 120_000);

interface Way {
  way: string;
  begin: () => Promise<void> | void;
  end: () => Promise<void> | void;
}

const WAYS: Way[] = [
  { way: 'is there', begin: () => undefined, end: () => undefined },
  { way: 'is stopped', begin: () => weather.redis.stop(), end: () => weather.redis.restart() },
  { way: 'is frozen', begin: () => weather.redis.suspend(), end: () => weather.redis.resume() },
  { way: 'was restarted empty', begin: () => weather.redis.restart({ empty: true }), end: () => undefined },
  { way: 'takes its time', begin: () => weather.toRedis.latency(400), end: () => weather.toRedis.mend() },
  {
    way: 'is cut off without a word',
    begin: () => {
      weather.toRedis.halfOpen();
      weather.toRedis.pause();
    },
    end: () => weather.toRedis.mend(),
  },
];

/** A cookie and a bearer, known to the indexes of both instances. */
const signedInTwice = async (person: StoredPerson): Promise<SignedInPerson[]> => {
  const clients = [await signInAt(one.url, person, 'cookie'), await signInAt(one.url, person, 'bearer')];
  for (const client of clients) {
    await warm(one, client);
    await warm(two, at(two.url, client));
  }
  return clients;
};

/** Everything but what ends the account. */
const useAll = async (person: StoredPerson, client: SignedInPerson) => {
  const bearer = await signInAt(two.url, person, 'bearer');
  const other = await signInAt(two.url, person);
  const nobody = httpClient(two.url);
  const { email } = person;
  const answers = [
    await client.query('account.me'),
    await client.query('session.list'),
    await client.query('account.export'),
    await client.query('account.activity'),
    await client.mutate('account.update', { name: 'Grace' }),
    await client.mutate('account.requestEmailChange', { newEmail: anAddress() }),
    await nobody.mutate('session.refresh', { refreshToken: bearer.refreshToken }),
    await client.mutate('session.revoke', { sessionId: other.sessionId }),
    await client.mutate('session.reauthenticate', { password: PASSWORD }),
    await bearer.mutate('session.signOut'),
    await client.mutate('session.revokeOthers'),
    await nobody.mutate('account.signUp', { email: anAddress(), password: PASSWORD }),
    await nobody.mutate('account.requestEmailVerification', { email }),
    await nobody.mutate('account.requestPasswordReset', { email }),
  ];
  expect(answers.map(outcome)).toEqual(answers.map(() => 200));
  for (const ended of [bearer, other])
    expect(outcome(await ended.query('account.me'))).toBe('401 session_revoked');
};

describe.each(WAYS)('while Redis $way', ({ begin, end }) => {
  test('a reset on one instance is seen by the next request of the other, and everything goes on (G1, G5, P6)', async () => {
    const person = await weather.person();
    const [cookie, bearer] = await signedInTwice(person);
    const bystander = await signInAt(two.url, await weather.person());
    const user = await weather.person();
    const using = await signInAt(one.url, user);

    await begin();
    const token = await weather.link(person.accountId, 'reset_password');
    const reset = await httpClient(one.url).mutate('account.resetPassword', {
      token,
      newPassword: NEW_PASSWORD,
    });
    expect([reset.status, reset.data]).toEqual([200, { sessionsEnded: 2 }]);
    for (const service of [two, one])
      for (const client of [cookie, bearer]) {
        const here = client && at(service.url, client);
        expect(here && outcome(await here.query('account.me'))).toBe('401 session_revoked');
        expect((await here?.get('/v1/session'))?.status).toBe(401);
      }
    // New credentials work at once, old ones nowhere.
    const { email } = person;
    const client = httpClient(two.url);
    const tried = await client.mutate('session.signIn', { email, password: PASSWORD });
    expect(outcome(tried)).toBe('401 credentials_invalid');
    expect(outcome(await client.mutate('session.signIn', { email, password: NEW_PASSWORD }))).toBe(200);
    expect(outcome(await at(one.url, client).query('account.me'))).toBe(200);
    expect(outcome(await bystander.query('account.me'))).toBe(200);
    await useAll(user, using);
    for (const service of [one, two])
      expect((await readiness(service)).checks['postgres']).toEqual({ status: 'ok' });

    await end();
    for (const service of [one, two]) {
      await expect.poll(async () => (await readiness(service)).status, PATIENCE).toBe('ok');
      await warm(service, at(service.url, client));
      for (const old of [cookie, bearer])
        expect(old && outcome(await at(service.url, old).query('account.me'))).toBe('401 session_revoked');
    }
  }, 180_000);
});

test('an instance without its Redis says so: first not ready, then slower, then ready again (P6)', async () => {
  const seen: string[] = [];
  weather.toRedis.refuse();
  await expect
    .poll(async () => {
      const { status, checks, httpStatus } = await readiness(one);
      seen.push(`${httpStatus} ${status} ${checks['redis']?.status}`);
      return status;
    }, PATIENCE)
    .toBe('degraded');
  expect(new Set(seen).size).toBeLessThanOrEqual(3);
  for (const state of seen)
    expect(['200 ok ok', '503 failed failed', '200 degraded degraded']).toContain(state);
  weather.toRedis.mend();
  await expect.poll(async () => (await readiness(one)).status, PATIENCE).toBe('ok');
}, 120_000);

test('without both stores nothing is decided and nobody is signed out (G8, G11)', async () => {
  const person = await weather.person();
  const [cookie] = await signedInTwice(person);
  if (!cookie) throw new Error('nobody is signed in');
  const ended = await signInAt(one.url, person, 'bearer');
  expect(outcome(await ended.mutate('session.signOut'))).toBe(200);
  weather.toRedis.refuse();
  weather.toPostgres.refuse();
  for (let round = 0; round < 3; round += 1) {
    for (const [path, answer] of await callEverything(one.url, cookie)) {
      expect([path, outcome(answer)]).toEqual([path, '503 unavailable']);
      isUnavailable(answer);
    }
    for (const client of [cookie, ended]) isUnavailable(await at(two.url, client).get('/v1/session'));
  }
  isUnavailable(await cookie.query('session.events'));
  const state = await readiness(one);
  expect([state.httpStatus, state.checks['postgres']?.status]).toEqual([503, 'failed']);
  weather.toRedis.mend();
  weather.toPostgres.mend();
  await expect.poll(async () => outcome(await cookie.query('account.me')), PATIENCE).toBe(200);
  await expect
    .poll(async () => outcome(await ended.query('account.me')), PATIENCE)
    .toBe('401 session_revoked');
  await expect.poll(async () => (await readiness(one)).status, PATIENCE).toBe('ok');
}, 120_000);
