import { createHash } from 'node:crypto';
import { RELEASE } from '@portcullis/authority/redis/scripts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpClient } from '../support/http-client.ts';
import { outcome, signInAt } from '../support/http-client-people.ts';
import { type Service, startService } from '../support/service.ts';
import { isUnavailable, warm } from '../support/service-checks.ts';
import { startWeather, type Weather } from '../support/service-weather.ts';

const PATIENCE = { timeout: 60_000 };
const NEW_PASSWORD = 'another passphrase 2';

let weather: Weather;
let api: Service;
/** Another instance, whose way to the stores nobody disturbs. */
let other: Service;

beforeAll(async () => {
  weather = await startWeather();
  const undisturbed = { DATABASE_URL: weather.postgres.url, REDIS_URL: weather.redis.url };
  // Short enough that a test sees its end: nothing below waits for the deadline of a healthy request.
  const env = { ...weather.env, PORTCULLIS_REQUEST_DEADLINE_MS: '3000' };
  [api, other] = await Promise.all([startService('serve', env), startService('serve', undisturbed)]);
}, 120_000);
afterAll(async () => {
  await Promise.all([api?.stop(), other?.stop()]);
  await weather?.finish();
}, 120_000);

/** As it stands on the wire; BEGIN says READ COMMITTED. */
const COMMIT = 'statement_timeout = 0; COMMIT';
const epochOf = async (accountId: string) =>
  (
    await weather.query<{ epoch: string }>('SELECT epoch FROM portcullis.account WHERE id = $1', [accountId])
  )[0]?.epoch;
const somebody = async () => {
  const person = await weather.person();
  const client = await signInAt(api.url, person);
  await warm(api, client);
  const token = await weather.link(person.accountId, 'reset_password');
  return { person, client, reset: { token, newPassword: NEW_PASSWORD } };
};

test('a COMMIT whose answer is lost is looked up, and told as what it was (P2)', async () => {
  const { person, client, reset } = await somebody();
  const cut = weather.toPostgres.cutAfter(COMMIT, 'toServer');
  const answer = await httpClient(api.url).mutate('account.resetPassword', reset);
  await cut;
  expect([answer.status, answer.data]).toEqual([200, { sessionsEnded: 1 }]);
  expect(await epochOf(person.accountId)).toBe('2');
  expect(outcome(await client.query('account.me'))).toBe('401 session_revoked');
});

test('a COMMIT that never arrived is told as nothing done (G3)', async () => {
  const { person, client, reset } = await somebody();
  const cut = weather.toPostgres.cutOn(COMMIT, 'toServer', 'before');
  const answer = await httpClient(api.url).mutate('account.resetPassword', reset);
  await cut;
  isUnavailable(answer);
  expect(answer.error).not.toHaveProperty('mayHaveTakenEffect');
  expect(await epochOf(person.accountId)).toBe('1');
  expect(outcome(await client.query('account.me'))).toBe(200);
  expect(outcome(await httpClient(api.url).mutate('account.resetPassword', reset))).toBe(200);
});

test('a COMMIT that nobody can look up may have taken effect, and no check says otherwise (G1, P2)', async () => {
  const { person, client, reset } = await somebody();
  // In the same breath, before the process can send another byte.
  const cut = weather.toPostgres.cutAfter(COMMIT, 'toServer').then(() => weather.toPostgres.refuse());
  const answer = await httpClient(api.url).mutate('account.resetPassword', reset);
  await cut;
  isUnavailable(answer);
  expect(answer.error).toMatchObject({ mayHaveTakenEffect: true });
  // The fence stands: the index, though it is there and trusted, decides nothing.
  isUnavailable(await client.get('/v1/session'));
  expect(await epochOf(person.accountId)).toBe('2');
  weather.toPostgres.mend();
  await expect
    .poll(async () => outcome(await client.query('account.me')), PATIENCE)
    .toBe('401 session_revoked');
  const { email } = person;
  const signIn = { email, password: NEW_PASSWORD };
  await expect.poll(async () => outcome(await client.mutate('session.signIn', signIn)), PATIENCE).toBe(200);
  expect(outcome(await client.mutate('account.resetPassword', reset))).toBe('400 verification_invalid');
});

test('a sign-in whose COMMIT is not answered says that it may have taken effect', async () => {
  const { email, password } = await weather.person();
  const cut = weather.toPostgres.cutAfter(COMMIT, 'toServer');
  const answer = await httpClient(api.url).mutate('session.signIn', { email, password });
  await cut;
  isUnavailable(answer);
  expect(answer.error).toMatchObject({ mayHaveTakenEffect: true });
  expect(answer.headers.getSetCookie()).toEqual([]);
  await expect
    .poll(
      async () => outcome(await httpClient(api.url).mutate('session.signIn', { email, password })),
      PATIENCE,
    )
    .toBe(200);
});

test('a RELEASE that is not acknowledged may have taken effect, and the session is over all the same (G1, P4)', async () => {
  const { person, client, reset } = await somebody();
  const sha = createHash('sha1').update(RELEASE).digest('hex');
  const cut = weather.toRedis.cutOn(sha, 'toServer', 'before').then(() => weather.toRedis.refuse());
  const answer = await httpClient(api.url).mutate('account.resetPassword', reset);
  await cut;
  isUnavailable(answer);
  expect(answer.error).toMatchObject({ mayHaveTakenEffect: true });
  expect(await epochOf(person.accountId)).toBe('2');
  const elsewhere = httpClient(other.url);
  for (const [name, value] of client.cookies) elsewhere.cookies.set(name, value);
  // The fence is still there for the other instance, which asks Postgres and takes it away.
  expect(outcome(await elsewhere.query('account.me'))).toBe('401 session_revoked');
  await warm(other, elsewhere);
  expect(outcome(await elsewhere.query('account.me'))).toBe('401 session_revoked');
  weather.toRedis.mend();
  expect(outcome(await client.query('account.me'))).toBe('401 session_revoked');
});
