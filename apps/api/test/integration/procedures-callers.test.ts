import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpClient } from '../support/http-client.ts';
import { BAD_CREDENTIALS, holding, tokenOf } from '../support/http-client-credentials.ts';
import { outcome, signInAt, type Transport } from '../support/http-client-people.ts';
import { call, procedures, TABLE } from '../support/http-client-table.ts';
import { type Service, startService } from '../support/service.ts';
import { startStores, type StoredPerson, type Stores } from '../support/service-stores.ts';

let stores: Stores;
let api: Service;
beforeAll(async () => {
  stores = await startStores();
  api = await startService('serve', stores.env);
});
afterAll(async () => {
  await api?.stop();
  await stores?.finish();
});

const world = () => ({ url: api.url, stores });
/** Everything that a refused call must leave as it is. */
const stateOf = async ({ accountId }: StoredPerson) => ({
  account: await stores.query('SELECT * FROM portcullis.account WHERE id = $1', [accountId]),
  sessions: await stores.query(
    'SELECT id, epoch, revoked_at FROM portcullis.session WHERE account_id = $1 ORDER BY id',
    [accountId],
  ),
  events: await stores.query('SELECT type FROM portcullis.audit_event WHERE account_id = $1', [accountId]),
});

test('every procedure has its row in the table, and every row its procedure', () => {
  expect(Object.keys(TABLE).sort()).toEqual(procedures.map(({ path }) => path).sort());
});

describe.each(Object.entries(BAD_CREDENTIALS))('%s', (_, { refusal, make }) => {
  test('is refused by everything that wants somebody signed in, and changes nothing (G8)', async () => {
    const person = await stores.person();
    const client = await make(world(), person);
    const before = await stateOf(person);
    const token = tokenOf(client);
    const transport: Transport = client.cookies.has('portcullis') ? 'cookie' : 'bearer';
    for (const { path } of procedures.filter((one) => TABLE[one.path]?.caller === 'signed in')) {
      const answer = await call(
        token === '' && !client.headers['authorization']
          ? httpClient(api.url)
          : holding(api.url, transport, token),
        path,
        TABLE[path]?.input?.(),
      );
      expect([path, outcome(answer)]).toEqual([path, refusal]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.error?.requestId).toBe(answer.headers.get('x-request-id'));
      // Only a sign-out takes a dead cookie away: any other call may be late.
      const taken = path === 'session.signOut' && transport === 'cookie' && token !== '';
      expect([path, answer.headers.getSetCookie().length]).toEqual([path, taken ? 1 : 0]);
    }
    expect(outcome(await client.get('/v1/session'))).toBe(401);
    expect(await stateOf(person)).toEqual(before);
  });

  test('does not stand in the way of what anybody may call', async () => {
    const client = await make(world(), await stores.person());
    for (const { path } of procedures.filter((one) => TABLE[one.path]?.caller !== 'signed in')) {
      const [theirs, nobodys] = await Promise.all(
        [client, httpClient(api.url)].map((one) => call(one, path, TABLE[path]?.input?.())),
      );
      expect([path, theirs && outcome(theirs)]).toEqual([path, nobodys && outcome(nobodys)]);
    }
  });
});

test("another account's things are not found, and stay as they are", async () => {
  const [mine, theirs] = [await stores.person(), await stores.person()];
  const [client, victim] = [await signInAt(api.url, mine), await signInAt(api.url, theirs)];
  const before = await stateOf(theirs);
  for (const { path } of procedures) {
    const foreign = TABLE[path]?.foreign?.(victim);
    if (foreign === undefined) continue;
    expect([path, outcome(await call(client, path, foreign.input))]).toEqual([path, foreign.refusal]);
  }
  expect(await stateOf(theirs)).toEqual(before);
  expect(outcome(await victim.query('account.me'))).toBe(200);
});

test('an old proof of password is refused where a fresh one is asked for (RFC 9470)', async () => {
  const person = await stores.person();
  for (const { path } of procedures.filter((one) => TABLE[one.path]?.stepUp)) {
    for (const transport of ['cookie', 'bearer'] as const) {
      const client = await signInAt(api.url, person, transport);
      await stores.query(
        "UPDATE portcullis.session SET authenticated_at = now() - interval '11 minutes' WHERE id = $1",
        [client.sessionId],
      );
      const before = await stateOf(person);
      const answer = await call(client, path, TABLE[path]?.input?.());
      expect([path, outcome(answer)]).toEqual([path, '401 step_up_required']);
      expect(answer.headers.get('www-authenticate')).toBe(
        'Bearer error="insufficient_user_authentication", max_age="600"',
      );
      expect(await stateOf(person)).toEqual(before);
      expect(outcome(await client.query('account.me'))).toBe(200);
    }
  }
});

test('a disabled account is told so only with its password, and its sessions are over', async () => {
  const person = await stores.person();
  const client = await signInAt(api.url, person);
  await stores.query('UPDATE portcullis.account SET disabled_at = now(), epoch = epoch + 1 WHERE id = $1', [
    person.accountId,
  ]);
  expect(outcome(await client.query('account.me'))).toBe('401 session_revoked');
  const nobody = httpClient(api.url);
  const { email: address, password: right } = person;
  expect(outcome(await nobody.mutate('session.signIn', { email: address, password: right }))).toBe(
    '401 account_disabled',
  );
  expect(outcome(await nobody.mutate('session.signIn', { email: address, password: 'wrong' }))).toBe(
    '401 credentials_invalid',
  );
});
