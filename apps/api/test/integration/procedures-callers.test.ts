import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appRouter } from '../../src/trpc/router.ts';
import { type Answer, type HttpClient, httpClient } from '../support/http-client.ts';
import { BAD_CREDENTIALS, holding, tokenOf } from '../support/http-client-credentials.ts';
import { outcome, signInAt, type Transport } from '../support/http-client-people.ts';
import { type Service, startService } from '../support/service.ts';
import {
  anAddress,
  PASSWORD,
  startStores,
  type StoredPerson,
  type Stores,
} from '../support/service-stores.ts';

/** Who may call a procedure, and an input that its contract accepts. */
interface Row {
  /** `anybody`: without a session; `maybe`: a session is looked at when there is one. */
  caller: 'anybody' | 'maybe' | 'signed in';
  input?: () => unknown;
  /** Wants a proof of password that is not too old. */
  stepUp?: true;
  /** Names something that belongs to an account: what it says when that is somebody else's. */
  foreign?: (theirs: { sessionId: string }) => { input: unknown; refusal: string };
}

const secret = () => randomBytes(32).toString('base64url');
const email = () => ({ email: anAddress() });
const password = { password: PASSWORD };

/** The table of the contract; a procedure without a row here fails. */
const TABLE: Record<string, Row> = {
  'account.signUp': { caller: 'anybody', input: () => ({ ...email(), ...password }) },
  'account.verifyEmail': { caller: 'anybody', input: () => ({ token: secret() }) },
  'account.requestEmailVerification': { caller: 'anybody', input: email },
  'account.requestPasswordReset': { caller: 'anybody', input: email },
  'account.resetPassword': { caller: 'anybody', input: () => ({ token: secret(), newPassword: PASSWORD }) },
  'account.undoEmailChange': { caller: 'anybody', input: () => ({ token: secret() }) },
  'session.signIn': { caller: 'anybody', input: () => ({ ...email(), ...password }) },
  'session.refresh': { caller: 'anybody', input: () => ({ refreshToken: `${secret()}.${secret()}` }) },
  'account.confirmEmailChange': { caller: 'maybe', input: () => ({ token: secret() }) },
  'account.changePassword': {
    caller: 'signed in',
    input: () => ({ currentPassword: PASSWORD, newPassword: 'another passphrase 2' }),
  },
  'account.me': { caller: 'signed in' },
  'account.update': { caller: 'signed in', input: () => ({ name: 'Somebody Else' }) },
  'account.requestEmailChange': {
    caller: 'signed in',
    input: () => ({ newEmail: anAddress() }),
    stepUp: true,
  },
  'account.delete': { caller: 'signed in', input: () => password },
  'account.export': { caller: 'signed in' },
  'account.activity': { caller: 'signed in' },
  'session.reauthenticate': { caller: 'signed in', input: () => password },
  'session.signOut': { caller: 'signed in' },
  'session.list': { caller: 'signed in' },
  'session.revoke': {
    caller: 'signed in',
    input: () => ({ sessionId: secret() }),
    foreign: ({ sessionId }) => ({ input: { sessionId }, refusal: '404 not_found' }),
  },
  'session.revokeOthers': { caller: 'signed in' },
  'session.revokeAll': { caller: 'signed in' },
  'session.events': { caller: 'signed in' },
};

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
).map(([path, { _def }]) => ({ path, type: _def.type }));

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
const call = (client: HttpClient, path: string, input?: unknown): Promise<Answer> => {
  const isMutation = procedures.find((one) => one.path === path)?.type === 'mutation';
  return isMutation ? client.mutate(path, input) : client.query(path, input);
};
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
