import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcome } from '../support/http-client-people.ts';
import { callerAt, newAddress, tally } from '../support/limits.ts';
import { type Service, startService } from '../support/service.ts';
import { PASSWORD, startStores, type Stores } from '../support/service-stores.ts';

/* A device that somebody signed in from is told apart from strangers (RL-5). It opens nothing. */

const DEVICE = 'portcullis-device';
const WRONG = '401 credentials_invalid';
const LIMITED = '429 rate_limited';

let stores: Stores;
let instances: Service[];

beforeAll(async () => {
  stores = await startStores();
  const env = { ...stores.env, PORTCULLIS_RATE_LIMITS: 'standard', TRUST_PROXY: '127.0.0.1' };
  instances = await Promise.all([startService('serve', env), startService('serve', env)]);
}, 180_000);
afterAll(async () => {
  await Promise.all((instances ?? []).map((one) => one.stop()));
  await stores?.finish();
}, 120_000);

const from = (address = newAddress()) => callerAt(instances, address);
type Caller = ReturnType<typeof from>;
const signIn = async (caller: Caller, email: string, password = PASSWORD) =>
  outcome(await caller.mutate('session.signIn', { email, password }));
/** Somebody else's guesses, until strangers are refused. */
const guessAt = async (email: string) => {
  for (let n = 0; n < 20; n += 1) expect(await signIn(from(), email, 'wrong')).toBe(WRONG);
  expect(await signIn(from(), email)).toBe(LIMITED);
};
/** A browser that holds the cookie of that device and nothing else. */
const holding = (cookie: string | undefined): Caller => {
  const caller = from();
  if (cookie !== undefined) caller.cookies.set(DEVICE, cookie);
  return caller;
};

test('a browser is given the cookie when it signs in, and never to a bearer or for a failure', async () => {
  const { email } = await stores.person();
  const browser = from();
  const answer = await browser.mutate('session.signIn', { email, password: PASSWORD });
  expect(answer.headers.getSetCookie()[1]).toMatch(
    /^portcullis-device=1\.\d+\.[\w-]{22}\.[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  const bearer = await from().mutate('session.signIn', { email, password: PASSWORD, transport: 'bearer' });
  expect(bearer.headers.getSetCookie()).toEqual([]);
  expect((await from().mutate('session.signIn', { email, password: 'no' })).headers.getSetCookie()).toEqual(
    [],
  );
});

test('RL-5: ten failures of a known device in a quarter of an hour, and it counts as unknown', async () => {
  const { email } = await stores.person();
  const browser = from();
  expect(await signIn(browser, email)).toBe(200);
  const tries = [];
  for (let n = 0; n < 17; n += 1) tries.push(await signIn(browser, email, 'wrong'));
  // Ten as a device, five as a stranger at this address.
  expect(tries).toEqual([...Array(15).fill(WRONG), ...Array(2).fill(LIMITED)]);
  expect(await signIn(browser, email)).toBe(LIMITED);
});

test('failures of a known device cost strangers nothing, nor its address', async () => {
  const { email } = await stores.person();
  const address = newAddress();
  const browser = from(address);
  expect(await signIn(browser, email)).toBe(200);
  for (let n = 0; n < 10; n += 1) expect(await signIn(browser, email, 'wrong')).toBe(WRONG);
  const neighbour = from(address);
  const tries = [];
  for (let n = 0; n < 6; n += 1) tries.push(await signIn(neighbour, email, 'wrong'));
  expect(tries).toEqual([...Array(5).fill(WRONG), LIMITED]);
});

test('it is of one account alone, and nothing that was changed counts', async () => {
  const [one, other] = [await stores.person(), await stores.person()];
  const browser = from();
  expect(await signIn(browser, one.email)).toBe(200);
  const cookie = browser.cookies.get(DEVICE) ?? '';
  await guessAt(one.email);
  await guessAt(other.email);
  expect(await signIn(holding(cookie), other.email)).toBe(LIMITED);
  const [epoch = '', at = '', id = '', seal = ''] = cookie.split('.');
  const changed = [
    `2.${at}.${id}.${seal}`,
    `${epoch}.${Number(at) + 1}.${id}.${seal}`,
    `${epoch}.${at}.${'A'.repeat(22)}.${seal}`,
    `${epoch}.${at}.${id}.${'A'.repeat(43)}`,
    `${cookie}.`,
    'x',
  ];
  for (const forged of changed)
    expect([forged, await signIn(holding(forged), one.email)]).toEqual([forged, LIMITED]);
  // Two of them are as good as none.
  const twice = holding(cookie);
  twice.cookies.set(` ${DEVICE}`, cookie);
  expect(await signIn(twice, one.email)).toBe(LIMITED);
  expect(await signIn(holding(cookie), one.email)).toBe(200);
});

test('G9: a reset of the password ends every known device of the account', async () => {
  const { accountId, email } = await stores.person();
  const browser = from();
  expect(await signIn(browser, email)).toBe(200);
  const token = await stores.link(accountId, 'reset_password');
  expect(outcome(await from().mutate('account.resetPassword', { token, newPassword: PASSWORD }))).toBe(200);
  await guessAt(email);
  expect(await signIn(browser, email)).toBe(LIMITED);
});

test('a changed password ends the other devices, and this one is given a new cookie', async () => {
  const { email } = await stores.person();
  const [here, there] = [from(), from()];
  expect([await signIn(here, email), await signIn(there, email)]).toEqual([200, 200]);
  const newPassword = 'another honest passphrase';
  const changed = await here.mutate('account.changePassword', { currentPassword: PASSWORD, newPassword });
  expect(outcome(changed)).toBe(200);
  await guessAt(email);
  expect(await signIn(there, email, newPassword)).toBe(LIMITED);
  expect(await signIn(holding(here.cookies.get(DEVICE)), email, newPassword)).toBe(200);
});

test('what is left is told in the headers, of one’s own attempts alone', async () => {
  const { email } = await stores.person();
  const caller = from();
  const told = async (password: string) => {
    const { headers } = await caller.mutate('session.signIn', { email, password });
    return [headers.get('ratelimit-policy'), headers.get('ratelimit')?.replaceAll(/;t=\d+/g, '')];
  };
  const policy = '"sign_in_ip";q=20;w=300, "sign_in_account_ip";q=5;w=900';
  expect(await told('wrong')).toEqual([policy, '"sign_in_ip";r=19, "sign_in_account_ip";r=4']);
  expect(await told('wrong')).toEqual([policy, '"sign_in_ip";r=18, "sign_in_account_ip";r=3']);
  // A success gives its point back.
  expect(await told(PASSWORD)).toEqual([policy, '"sign_in_ip";r=18, "sign_in_account_ip";r=3']);
  expect(tally([await from().mutate('session.signIn', { email, password: PASSWORD })])).toEqual({ 200: 1 });
});
