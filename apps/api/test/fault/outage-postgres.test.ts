import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpClient } from '../support/http-client.ts';
import { at, outcome, signInAt } from '../support/http-client-people.ts';
import { type Service, startService } from '../support/service.ts';
import { callEverything, isUnavailable, readiness, timed, warm } from '../support/service-checks.ts';
import { startWeather, type Weather } from '../support/service-weather.ts';

const PATIENCE = { timeout: 60_000 };
/** Whoever tries again while nothing answers must not be counted: more tries than any limit has points. */
const MORE_THAN_ANY_LIMIT = 12;

let weather: Weather;
let api: Service;
let shortLived: Service;

beforeAll(async () => {
  weather = await startWeather();
  const env = { ...weather.env, PORTCULLIS_RATE_LIMITS: 'standard' };
  [api, shortLived] = await Promise.all([
    startService('serve', env),
    startService('serve', { ...env, PORTCULLIS_LEASE_SECONDS: '3' }),
  ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([api?.stop(), shortLived?.stop()]);
  await weather?.finish();
}, 120_000);

interface Way {
  way: string;
  rounds: number;
  begin: () => Promise<void> | void;
  end: () => Promise<void> | void;
}

const WAYS: Way[] = [
  { way: 'stopped', rounds: 1, begin: () => weather.postgres.stop(), end: () => weather.postgres.restart() },
  {
    way: 'refusing',
    rounds: MORE_THAN_ANY_LIMIT,
    begin: () => weather.toPostgres.refuse(),
    end: () => weather.toPostgres.mend(),
  },
  { way: 'frozen', rounds: 1, begin: () => weather.postgres.suspend(), end: () => weather.postgres.resume() },
  {
    way: 'cut off without a word',
    rounds: 1,
    begin: () => {
      weather.toPostgres.halfOpen();
      weather.toPostgres.pause();
    },
    end: () => weather.toPostgres.mend(),
  },
];

describe.each(WAYS)('Postgres $way', ({ way, rounds, begin, end }) => {
  test('what needs it is refused with 503, what the index decides goes on, and all of it comes back (G8, G11, P7)', async () => {
    const person = await weather.person();
    const [live, cold, ended] = [
      await signInAt(api.url, person),
      await signInAt(api.url, person, 'bearer'),
      await signInAt(api.url, person, 'bearer'),
    ];
    expect(outcome(await live.mutate('session.revoke', { sessionId: ended.sessionId }))).toBe(200);
    await warm(api, live);
    await warm(api, ended);
    const late = at(shortLived.url, live);
    await warm(shortLived, late);

    await begin();
    for (let round = 0; round < rounds; round += 1) {
      for (const [path, answer] of await callEverything(api.url, live)) {
        expect([path, outcome(answer)]).toEqual([path, '503 unavailable']);
        isUnavailable(answer);
        expect(answer.error).not.toHaveProperty('mayHaveTakenEffect');
      }
      expect(outcome(await live.get('/v1/session'))).toBe(204);
      expect(outcome(await ended.query('account.me'))).toBe('401 session_revoked');
      isUnavailable(await cold.get('/v1/session'));
    }
    const wrong = { email: person.email, password: 'wrong' };
    for (let n = 0; n < rounds; n += 1)
      isUnavailable(await httpClient(api.url).mutate('session.signIn', wrong));
    expect(await readiness(api)).toMatchObject({
      httpStatus: 503,
      status: 'failed',
      checks: { postgres: { status: 'failed' }, redis: { status: 'ok' }, process: { status: 'ok' } },
    });
    expect((await fetch(`${api.opsUrl}/livez`)).status).toBe(200);

    // Where the lease has run out nothing is decided any more: refused, not signed out.
    await expect.poll(async () => (await late.get('/v1/session')).status, PATIENCE).toBe(503);
    isUnavailable(await late.query('account.me'));

    const nobody = httpClient(api.url);
    const calls = {
      'account.me': () => live.query('account.me'),
      'account.requestPasswordReset': () =>
        nobody.mutate('account.requestPasswordReset', { email: person.email }),
      'session.signIn': () => nobody.mutate('session.signIn', wrong),
      'a check without a lease': () => late.get('/v1/session'),
    };
    for (const [name, work] of Object.entries(calls))
      for (const answer of await timed(`Postgres ${way}: ${name}`, work)) isUnavailable(answer);

    await end();
    await expect.poll(async () => outcome(await live.query('account.me')), PATIENCE).toBe(200);
    await expect.poll(async () => (await readiness(api)).status, PATIENCE).toBe('ok');
    for (const client of [cold, late])
      await expect.poll(async () => (await client.get('/v1/session')).status, PATIENCE).toBe(204);
    // Nobody was locked out by trying while nothing answered.
    const { email, password } = person;
    await expect
      .poll(async () => outcome(await nobody.mutate('session.signIn', { email, password })), PATIENCE)
      .toBe(200);
    expect(outcome(await nobody.mutate('session.reauthenticate', { password }))).toBe(200);
    expect(outcome(await nobody.mutate('account.requestPasswordReset', { email }))).toBe(200);
    const token = await weather.link(person.accountId, 'reset_password');
    const reset = await nobody.mutate('account.resetPassword', { token, newPassword: password });
    expect([reset.status, reset.data]).toEqual([200, { sessionsEnded: 3 }]);
    for (const client of [live, cold, late]) expect(outcome(await client.get('/v1/session'))).toBe(401);
  }, 300_000);
});

test('a row that somebody holds too long is an outage of its account alone, and no failure', async () => {
  const [held, free] = [await weather.person(), await weather.person()];
  const hasty = await startService('serve', { ...weather.env, PORTCULLIS_REQUEST_DEADLINE_MS: '2000' });
  const [client, other] = [await signInAt(hasty.url, held), await signInAt(hasty.url, free)];
  await weather.holding(
    'SELECT 1 FROM portcullis.account WHERE id = $1 FOR UPDATE',
    [held.accountId],
    async () => {
      for (const answer of await Promise.all([
        client.mutate('account.update', { name: 'Grace' }),
        client.mutate('account.requestEmailChange', { newEmail: 'grace@example.test' }),
        client.mutate('session.revokeOthers'),
      ]))
        isUnavailable(answer);
      expect(outcome(await other.mutate('account.update', { name: 'Grace' }))).toBe(200);
      expect(outcome(await client.query('account.me'))).toBe(200);
    },
  );
  expect(outcome(await client.mutate('account.update', { name: 'Grace' }))).toBe(200);
  expect(hasty.logs().filter(({ level }) => level === 'error')).toEqual([]);
  await hasty.stop();
}, 120_000);
