import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEVELOPMENT_KEYS } from '../../src/config/development-keys.ts';
import { type Answer, type HttpClient, httpClient } from '../support/http-client.ts';
import { outcome } from '../support/http-client-people.ts';
import { follow } from '../support/http-client-stream.ts';
import { type Service, startService } from '../support/service.ts';
import { anAddress } from '../support/service-stores.ts';
import { startWeather, type Weather } from '../support/service-weather.ts';

const PATIENCE = { timeout: 60_000 };
const [FIRST, SECOND, THIRD, WRONG] = [
  'an honest passphrase 1',
  'another passphrase 2',
  'a third passphrase 3',
  'a wrong passphrase 4',
];

const NAME = 'Grace Brewster Hopper';

let weather: Weather;
let mailbox: Mailbox;
let api: Service;
let worker: Service;
/** What nobody may read in a log, with what it is. */
const secrets = new Map<string, string>();
const answered: Answer[] = [];

beforeAll(async () => {
  // What operators who look for slow statements turn on; parameters are the one thing that has to be off.
  const settings = { log_statement: 'all', log_parameter_max_length: '0', log_min_messages: 'warning' };
  [weather, mailbox] = await Promise.all([startWeather({ postgres: settings }), startMailbox()]);
  const env = {
    ...weather.env,
    SMTP_URL: mailbox.smtpUrl,
    LOG_LEVEL: 'debug',
    PORTCULLIS_REQUEST_DEADLINE_MS: '2000',
  };
  // The cuts below are meant for the API.
  const undisturbed = { ...env, DATABASE_URL: weather.postgres.url };
  [api, worker] = await Promise.all([startService('serve', env), startService('worker', undisturbed)]);
}, 120_000);
afterAll(async () => {
  await Promise.all([api?.stop(), worker?.stop()]);
  await mailbox?.stop();
  await weather?.finish();
}, 120_000);

const keep = (what: string, secret: string | undefined) => {
  if (secret !== undefined && secret.length >= 8) secrets.set(secret, what);
};
const mutate = async (client: HttpClient, procedure: string, input?: unknown, expected: unknown = 200) => {
  const answer = await client.mutate(procedure, input);
  answered.push(answer);
  expect([procedure, outcome(answer)]).toEqual([procedure, expected]);
  for (const line of answer.headers.getSetCookie())
    keep(`a cookie of ${procedure}`, /=([^;]*)/.exec(line)?.[1]);
  const { tokens } = (answer.data ?? {}) as { tokens?: { accessToken: string; refreshToken: string } };
  keep(`the access token of ${procedure}`, tokens?.accessToken);
  keep(`the refresh token of ${procedure}`, tokens?.refreshToken);
  keep(`the refresh secret of ${procedure}`, tokens?.refreshToken.split('.')[1]);
  if (tokens) client.headers = { authorization: `Bearer ${tokens.accessToken}` };
  return { answer, refreshToken: tokens?.refreshToken };
};
const mailed = async (to: string, page: string): Promise<string> => {
  const link = new RegExp(`/${page}#token=([\\w-]{43})`);
  const mail = await mailbox.waitFor(
    (one) => one.to.some(({ Address }) => Address === to) && link.test(one.text),
    60_000,
  );
  const secret = link.exec(mail.text)?.[1] ?? '';
  keep(`the secret of a link to ${page}`, secret);
  return secret;
};

/** One life of an account, with what goes wrong in one. */
const live = async () => {
  const [email, newEmail, name] = [anAddress(), anAddress(), NAME];
  keep('an address', email);
  keep('an address', newEmail);
  keep('a name', name);
  for (const password of [FIRST, SECOND, THIRD, WRONG]) keep('a password', password);
  const [browser, phone, nobody] = [httpClient(api.url), httpClient(api.url), httpClient(api.url)];
  await mutate(browser, 'account.signUp', { email, password: FIRST, name });
  const token = await mailed(email, 'verify-email');
  await mutate(nobody, 'account.verifyEmail', { token, password: WRONG }, '401 credentials_invalid');
  await mutate(browser, 'account.verifyEmail', { token });
  await mutate(nobody, 'account.requestEmailVerification', { email });
  await mutate(browser, 'session.signIn', { email, password: WRONG }, '401 credentials_invalid');
  await mutate(browser, 'session.signIn', { email, password: FIRST });
  const signedIn = await mutate(phone, 'session.signIn', { email, password: FIRST, transport: 'bearer' });
  await mutate(phone, 'session.refresh', { refreshToken: signedIn.refreshToken });
  const stream = await follow(api.url, phone);
  for (const query of ['account.me', 'account.export', 'account.activity', 'session.list'])
    expect(outcome(await browser.query(query))).toBe(200);
  await mutate(browser, 'session.reauthenticate', { password: FIRST });
  await mutate(browser, 'account.update', { name: `${name} Murray` });
  await mutate(browser, 'account.changePassword', { currentPassword: FIRST, newPassword: SECOND });
  await stream.ended;
  await mutate(browser, 'account.requestEmailChange', { newEmail });
  await mutate(browser, 'account.confirmEmailChange', {
    token: await mailed(newEmail, 'confirm-email-change'),
  });
  await mutate(nobody, 'account.undoEmailChange', { token: await mailed(email, 'undo-email-change') });
  await mutate(nobody, 'account.requestPasswordReset', { email });
  await mutate(nobody, 'account.resetPassword', {
    token: await mailed(email, 'reset-password'),
    newPassword: THIRD,
  });
  await mutate(
    nobody,
    'account.resetPassword',
    { token: 'A'.repeat(43), newPassword: THIRD },
    '400 verification_invalid',
  );
  await mutate(nobody, 'session.signIn', { email, password: THIRD, isAdmin: email }, '400 input_invalid');
  await mutate(browser, 'session.signIn', { email, password: THIRD });
  return { email, browser };
};

/** What the database holds of secrets, in every form in which a log could show it. */
const keepStored = async () => {
  const rows = await weather.query<{ what: string; text: string | null; bytes: Buffer | null }>(`
    SELECT 'a password hash' AS what, password_hash AS text, NULL::bytea AS bytes FROM portcullis.account
    UNION ALL SELECT 'a refresh hash', NULL, refresh_hash FROM portcullis.session
    UNION ALL SELECT 'an older refresh hash', NULL, refresh_previous_hash FROM portcullis.session
    UNION ALL SELECT 'the hash of a link', NULL, secret_hash FROM portcullis.verification
    UNION ALL SELECT 'a password hash of a sign-up', password_hash, NULL FROM portcullis.registration
    UNION ALL SELECT 'the hash of a sign-up link', NULL, secret_hash FROM portcullis.registration
    UNION ALL SELECT 'the hash of a sign-up cookie', NULL, cookie_hash FROM portcullis.registration`);
  for (const { what, text, bytes } of rows) {
    keep(what, text ?? undefined);
    for (const form of ['hex', 'base64', 'base64url'] as const) keep(what, bytes?.toString(form));
  }
  expect([...secrets.values()]).toEqual(expect.arrayContaining(rows.map(({ what }) => what).slice(0, 1)));
};

/** Each fault leaves errors with their causes in the logs. */
const breakThings = async (email: string, browser: HttpClient) => {
  const nobody = httpClient(api.url);
  const signIn = { email, password: THIRD };
  for (const pattern of [
    'INSERT INTO portcullis.session',
    '"audit_event"',
    'statement_timeout = 0; COMMIT',
  ]) {
    const cut = weather.toPostgres.cutOn(pattern, 'toServer', 'after');
    await mutate(nobody, 'session.signIn', signIn, '503 unavailable');
    await cut;
    await expect.poll(async () => outcome(await browser.query('account.me')), PATIENCE).toBe(200);
  }
  // The server gives up on a statement that holds an address and a name.
  const signUp = { email, password: THIRD, name: NAME };
  await weather.holding('LOCK TABLE portcullis.registration IN ACCESS EXCLUSIVE MODE', [], async () => {
    await mutate(nobody, 'account.signUp', signUp, '503 unavailable');
  });
  weather.toPostgres.refuse();
  weather.toRedis.refuse();
  for (let n = 0; n < 5; n += 1) {
    await mutate(nobody, 'session.signIn', signIn, '503 unavailable');
    await mutate(nobody, 'account.requestPasswordReset', { email }, '503 unavailable');
  }
  weather.toPostgres.mend();
  weather.toRedis.mend();
  mailbox.refuse(550);
  await expect
    .poll(async () => (await nobody.mutate('account.requestPasswordReset', { email })).status, PATIENCE)
    .toBe(200);
  const complaints = () => worker.logs().filter(({ level }) => level === 'warn' || level === 'error');
  await expect.poll(() => complaints().length, PATIENCE).toBeGreaterThan(0);
  mailbox.refuse(null);
};

test('a whole life of an account at LOG_LEVEL=debug leaves nothing secret or personal in any log', async () => {
  const { email, browser } = await live();
  await keepStored();
  await breakThings(email, browser);
  await keepStored();
  for (const [name, key] of Object.entries(DEVELOPMENT_KEYS)) keep(name, key.split('.').at(-1));
  keep("the database's password", new URL(weather.env['DATABASE_URL'] ?? '').password);

  const logs = { 'the API': api.output(), 'the worker': worker.output() };
  expect(logs['the API'].split('\n').length).toBeGreaterThan(50);
  const found = Object.entries(logs).flatMap(([where, text]) =>
    [...secrets]
      .filter(([secret]) => text.includes(secret))
      .map(([, what]) => `${what} in the log of ${where}`),
  );
  expect(found).toEqual([]);
  // Every line of a process is one document, whatever went wrong.
  for (const text of Object.values(logs))
    for (const line of text.split('\n').filter((one) => one !== ''))
      expect(() => JSON.parse(line) as unknown).not.toThrow();

  const ids = new Set(api.logs().map(({ requestId }) => requestId));
  for (const { headers, error } of answered) {
    const id = headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[\w-]{8,64}$/);
    expect(ids).toContain(id);
    if (error) expect(error.requestId).toBe(id);
  }
}, 240_000);

test("Postgres's own log, with every statement in it, shows no secret and no hash", async () => {
  const log = readFileSync(join(weather.dir, 'postgres.log'), 'utf8');
  expect(log).toContain('INSERT INTO portcullis.session');
  expect(log).toContain('portcullis.verification');
  const hidden = [...secrets].filter(
    ([, what]) => !/^(an address|a name|the database's password)$/.test(what),
  );
  expect(hidden.filter(([secret]) => log.includes(secret)).map(([, what]) => what)).toEqual([]);
  expect(log).not.toMatch(/argon2id|\\x[0-9a-f]{64}/);
});
