import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type HttpClient, httpClient } from '../support/http-client.ts';
import { outcome, signInAt } from '../support/http-client-people.ts';
import { type Service, startService } from '../support/service.ts';
import { anAddress, PASSWORD, startStores, type Stores } from '../support/service-stores.ts';

let stores: Stores;
/** Two instances behind a proxy that says where a call comes from. */
let instances: Service[];

beforeAll(async () => {
  stores = await startStores();
  const env = { ...stores.env, PORTCULLIS_RATE_LIMITS: 'standard', TRUST_PROXY: '127.0.0.1' };
  instances = await Promise.all([startService('serve', env), startService('serve', env)]);
}, 120_000);
afterAll(async () => {
  await Promise.all((instances ?? []).map((one) => one.stop()));
  await stores?.finish();
}, 120_000);

let lastAddress = 0;
const newAddress = () => `198.51.100.${(lastAddress += 1)}`;
/** Somebody at this address; each call goes to the next instance. */
const from = (address: string) => {
  let calls = 0;
  const clients = instances.map(({ url }) => httpClient(url, { 'x-forwarded-for': address }));
  const next = () => clients[(calls += 1) % clients.length] as HttpClient;
  return { mutate: (procedure: string, input: object) => next().mutate(procedure, input) };
};
const outcomes = async (times: number, call: (n: number) => Promise<Answer>) => {
  const all: (string | number)[] = [];
  for (let n = 0; n < times; n += 1) all.push(outcome(await call(n)));
  return all;
};
const isLimited = (answer: Answer, mostSeconds: number) => {
  expect(outcome(answer)).toBe('429 rate_limited');
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(mostSeconds);
  expect(Math.ceil((answer.error?.retryAfterMs ?? 0) / 1_000)).toBe(seconds);
};
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

test('wrong passwords from one address lock that address out, and nobody else', async () => {
  const { email, password } = await stores.person();
  const attacker = from(newAddress());
  const wrong = { email, password: 'wrong' };
  expect(await outcomes(5, () => attacker.mutate('session.signIn', wrong))).toEqual(
    times(5, '401 credentials_invalid'),
  );
  for (const input of [wrong, { email, password }, { email: email.toUpperCase(), password }])
    isLimited(await attacker.mutate('session.signIn', input), 900);
  // The owner, at another address, at both instances.
  const owner = from(newAddress());
  expect(await outcomes(4, () => owner.mutate('session.signIn', { email, password }))).toEqual(times(4, 200));
  // The attacker keeps everything else, and other accounts, for as long as the address has points.
  const other = await stores.person();
  expect(outcome(await attacker.mutate('session.signIn', { email: other.email, password }))).toBe(200);
});

test('an address that tries one account after the other runs dry', async () => {
  const attacker = from(newAddress());
  const tried = await outcomes(21, () =>
    attacker.mutate('session.signIn', { email: anAddress(), password: 'wrong' }),
  );
  expect(tried).toEqual([...times(20, '401 credentials_invalid'), '429 rate_limited']);
});

test('known and unknown addresses get the same answers, up to the limit and beyond', async () => {
  const known = await stores.person();
  const shown = ({ status, text, headers }: Answer) => ({
    status,
    text: text.replaceAll(/"requestId":"[^"]+"|"retryAfterMs":\d+/g, ''),
    headers: [...headers]
      .map(([name, value]) => (/^(x-request-id|date|retry-after)$/.test(name) ? name : `${name}: ${value}`))
      .map((line) => line.replace(/registration=[\w-]{43}/, 'registration=…').replaceAll(/;t=\d+/g, ';t=…')),
  });
  const inputs: [string, (email: string) => object, number][] = [
    ['session.signIn', (email) => ({ email, password: 'wrong' }), 7],
    ['account.signUp', (email) => ({ email, password: 'another passphrase 2' }), 7],
    ['account.requestPasswordReset', (email) => ({ email }), 12],
    ['account.requestEmailVerification', (email) => ({ email }), 12],
  ];
  for (const [procedure, input, calls] of inputs) {
    const [one, other, unknown] = [from(newAddress()), from(newAddress()), anAddress()];
    for (let n = 0; n < calls; n += 1)
      expect([procedure, n, shown(await one.mutate(procedure, input(known.email)))]).toEqual([
        procedure,
        n,
        shown(await other.mutate(procedure, input(unknown))),
      ]);
  }
});

test('a failed sign-in writes the same whether or not the address is known', async () => {
  const { email } = await stores.person();
  const nobody = from(newAddress());
  const events = () =>
    stores.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM portcullis.audit_event WHERE type = 'sign_in_failed'",
    );
  for (const address of [email, anAddress()]) {
    const [before] = await events();
    await nobody.mutate('session.signIn', { email: address, password: 'wrong' });
    expect((await events())[0]?.n).toBe((before?.n ?? 0) + 1);
  }
});

test.each([
  ['account.signUp', 5, 3_600, () => ({ email: anAddress(), password: PASSWORD }), 200],
  ['account.requestPasswordReset', 10, 3_600, () => ({ email: anAddress() }), 200],
  ['account.requestEmailVerification', 10, 3_600, () => ({ email: anAddress() }), 200],
  ['account.verifyEmail', 10, 900, () => ({ token: 'A'.repeat(43) }), '400 verification_invalid'],
  [
    'account.resetPassword',
    10,
    900,
    () => ({ token: 'A'.repeat(43), newPassword: PASSWORD }),
    '400 verification_invalid',
  ],
  ['account.confirmEmailChange', 10, 900, () => ({ token: 'A'.repeat(43) }), '400 verification_invalid'],
  ['account.undoEmailChange', 10, 900, () => ({ token: 'A'.repeat(43) }), '400 verification_invalid'],
  [
    'session.refresh',
    60,
    60,
    () => ({ refreshToken: `${'A'.repeat(43)}.${'B'.repeat(43)}` }),
    '401 session_missing',
  ],
] as const)(
  '%s: %i from one address, over all instances',
  async (procedure, points, seconds, input, answer) => {
    const somebody = from(newAddress());
    expect(await outcomes(points, () => somebody.mutate(procedure, input()))).toEqual(times(points, answer));
    isLimited(await somebody.mutate(procedure, input()), seconds);
    expect(outcome(await from(newAddress()).mutate(procedure, input()))).toBe(answer);
  },
);

test('one customer of a provider is one address, however many of IPv6 there are', async () => {
  const { email, password } = await stores.person();
  const wrong = (n: number) =>
    from(`2001:db8:1:2::${(n + 1).toString(16)}`).mutate('session.signIn', { email, password: 'wrong' });
  expect(await outcomes(6, wrong)).toEqual([...times(5, '401 credentials_invalid'), '429 rate_limited']);
  expect(outcome(await from('2001:db8:1:3::1').mutate('session.signIn', { email, password }))).toBe(200);
});

test('a site of IPv6 has eight times the points of a customer, and its neighbour its own', async () => {
  const guess = (network: number) =>
    from(`2001:db8:77:${network.toString(16)}::1`).mutate('account.confirmEmailChange', {
      token: 'A'.repeat(43),
    });
  for (let network = 0; network < 8; network += 1)
    expect(await outcomes(10, () => guess(network))).toEqual(times(10, '400 verification_invalid'));
  isLimited(await guess(8), 900);
  const next = from('2001:db8:78::1').mutate('account.confirmEmailChange', { token: 'A'.repeat(43) });
  expect(outcome(await next)).toBe('400 verification_invalid');
});

test('a mailbox gets three mails an hour, and the answer does not tell', async () => {
  const { email, accountId } = await stores.person();
  const answers = [];
  for (let n = 0; n < 5; n += 1)
    answers.push(await from(newAddress()).mutate('account.requestPasswordReset', { email }));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  const jobs = await stores.query<{ named: boolean }>(
    "SELECT payload->>'accountId' = $1 AS named FROM graphile_worker._private_jobs WHERE payload->>'kind' = 'reset_password' AND payload->>'accountId' = $1",
    [accountId],
  );
  expect(jobs).toHaveLength(3);
});

test('wrong passwords within a session cost that session its tries, at every instance', async () => {
  const person = await stores.person();
  const address = newAddress();
  const client = await signInAt(instances[0]?.url ?? '', person, 'cookie', { 'x-forwarded-for': address });
  const elsewhere = httpClient(instances[1]?.url ?? '', client.headers);
  for (const [name, value] of client.cookies) elsewhere.cookies.set(name, value);
  const tries: [string, object][] = [
    ['session.reauthenticate', { password: 'wrong' }],
    ['account.changePassword', { currentPassword: 'wrong', newPassword: PASSWORD }],
    ['account.delete', { password: 'wrong' }],
    ['session.reauthenticate', { password: 'wrong' }],
    ['account.delete', { password: 'wrong' }],
  ];
  for (const [n, [procedure, input]] of tries.entries())
    expect(outcome(await (n % 2 === 0 ? client : elsewhere).mutate(procedure, input))).toBe(
      '401 credentials_invalid',
    );
  for (const one of [client, elsewhere])
    isLimited(await one.mutate('account.delete', { password: person.password }), 900);
  expect(outcome(await client.query('account.me'))).toBe(200);
  const second = await signInAt(instances[1]?.url ?? '', person, 'cookie', {
    'x-forwarded-for': newAddress(),
  });
  expect(outcome(await second.mutate('session.reauthenticate', { password: person.password }))).toBe(200);
});

test('a password that is not accepted costs no sign-up', async () => {
  const somebody = from(newAddress());
  const signUp = (password: string) => somebody.mutate('account.signUp', { email: anAddress(), password });
  expect(await outcomes(8, () => signUp('short'))).toEqual(times(8, '400 password_rejected'));
  expect(outcome(await signUp(PASSWORD))).toBe(200);
});

test('right passwords cost nothing', async () => {
  const { email, password } = await stores.person();
  const somebody = from(newAddress());
  expect(await outcomes(25, () => somebody.mutate('session.signIn', { email, password }))).toEqual(
    times(25, 200),
  );
});
