import * as contract from '@portcullis/contracts/account';
import * as profile from '@portcullis/contracts/profile';
import * as sessions from '@portcullis/contracts/session';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type * as z from 'zod/mini';
import { appRouter } from '../../src/trpc/router.ts';
import { type Answer, type HttpClient, httpClient } from '../support/http-client.ts';
import { outcome, signInAt } from '../support/http-client-people.ts';
import { follow } from '../support/http-client-stream.ts';
import { type Service, startService } from '../support/service.ts';
import { anAddress, PASSWORD, startStores, type Stores } from '../support/service-stores.ts';

/** What each procedure answers, by the contract. */
const OUTPUTS: Record<string, z.ZodMiniType> = {
  'account.signUp': contract.signUpOutput,
  'account.verifyEmail': contract.verifyEmailOutput,
  'account.requestEmailVerification': contract.requestOutput,
  'account.requestPasswordReset': contract.requestOutput,
  'account.resetPassword': contract.sessionsEndedOutput,
  'account.changePassword': profile.changePasswordOutput,
  'account.me': profile.meOutput,
  'account.update': contract.updateOutput,
  'account.requestEmailChange': contract.requestOutput,
  'account.confirmEmailChange': contract.confirmEmailChangeOutput,
  'account.undoEmailChange': contract.undoEmailChangeOutput,
  'account.delete': contract.deleteOutput,
  'account.export': profile.exportOutput,
  'account.activity': contract.activityOutput,
  'session.signIn': sessions.signInOutput,
  'session.reauthenticate': sessions.reauthenticateOutput,
  'session.refresh': sessions.refreshOutput,
  'session.signOut': sessions.signOutOutput,
  'session.list': sessions.sessionListOutput,
  'session.revoke': sessions.revokeOutput,
  'session.revokeOthers': sessions.revokeOutput,
  'session.revokeAll': sessions.revokeOutput,
  'session.events': sessions.sessionEvent,
};

const done = new Set<string>();
let mailbox: Mailbox;
let stores: Stores;
let api: Service;
let worker: Service;

beforeAll(async () => {
  [mailbox, stores] = await Promise.all([startMailbox(), startStores()]);
  const env = { ...stores.env, SMTP_URL: mailbox.smtpUrl };
  [api, worker] = await Promise.all([startService('serve', env), startService('worker', env)]);
});
afterAll(async () => {
  await Promise.all([api?.stop(), worker?.stop()]);
  await mailbox?.stop();
  await stores?.finish();
});

/** The output, which holds what the contract names and nothing else. */
const given = <T = Record<string, unknown>>(procedure: string, answer: Answer): T => {
  expect([procedure, outcome(answer)]).toEqual([procedure, 200]);
  expect(OUTPUTS[procedure]?.parse(answer.data)).toEqual(answer.data);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  done.add(procedure);
  return answer.data as T;
};
const mutated = async <T = Record<string, unknown>>(client: HttpClient, procedure: string, input?: unknown) =>
  given<T>(procedure, await client.mutate(procedure, input));
const asked = async <T = Record<string, unknown>>(client: HttpClient, procedure: string, input?: unknown) =>
  given<T>(procedure, await client.query(procedure, input));

/** The secret in the newest mail to an address, read as a person's mail program would show it. */
const mailed = async (to: string, page: string, isNew: (secret: string) => boolean = () => true) => {
  const link = new RegExp(`^http://localhost:5173/${page}#token=([\\w-]{43})$`, 'm');
  const fits = (text: string) => isNew(link.exec(text)?.[1] ?? '');
  const mail = await mailbox.waitFor(
    (one) => one.to.some(({ Address }) => Address === to) && link.test(one.text) && fits(one.text),
    30_000,
  );
  const response = await fetch(`${mailbox.httpUrl}/api/v1/message/${mail.id}`);
  const { Text } = (await response.json()) as { Text: string };
  return link.exec(Text)?.[1] ?? '';
};

const newAccount = async () => {
  const client = httpClient(api.url);
  const email = anAddress();
  await mutated(client, 'account.signUp', { email, password: PASSWORD, name: 'Ada' });
  await mutated(client, 'account.verifyEmail', { token: await mailed(email, 'verify-email') });
  return { email, password: PASSWORD };
};

const setCookies = (answer: Answer) => answer.headers.getSetCookie();

test('a sign-up becomes an account by its mail and the cookie of who asked for it', async () => {
  const client = httpClient(api.url);
  const email = anAddress();
  const signUp = await client.mutate('account.signUp', { email, password: PASSWORD });
  expect(given('account.signUp', signUp)).toEqual({ status: 'check_your_email' });
  expect(setCookies(signUp)).toEqual([
    expect.stringMatching(
      /^portcullis-registration=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
    ),
  ]);
  const signIn = { email, password: PASSWORD };
  expect(outcome(await client.mutate('session.signIn', signIn))).toBe('401 email_unverified');
  expect(outcome(await client.mutate('session.signIn', { ...signIn, password: 'wrong' }))).toBe(
    '401 credentials_invalid',
  );
  const first = await mailed(email, 'verify-email');
  await mutated(client, 'account.requestEmailVerification', { email });
  const token = await mailed(email, 'verify-email', (secret) => secret !== first);
  // Whoever reads the mail alone does not get the account of who signed up.
  expect(outcome(await httpClient(api.url).mutate('account.verifyEmail', { token }))).toBe(
    '401 credentials_invalid',
  );
  const verified = await client.mutate('account.verifyEmail', { token });
  expect(given('account.verifyEmail', verified)).toEqual({ status: 'verified' });
  expect(setCookies(verified)).toEqual([expect.stringMatching(/^portcullis-registration=; Max-Age=0;/)]);
  expect(outcome(await client.mutate('account.verifyEmail', { token }))).toBe('400 verification_invalid');
  await mutated(client, 'session.signIn', signIn);
});

test('the password of the sign-up stands for its cookie, on another device', async () => {
  const email = anAddress();
  await mutated(httpClient(api.url), 'account.signUp', { email, password: PASSWORD });
  const token = await mailed(email, 'verify-email');
  const elsewhere = httpClient(api.url);
  await mutated(elsewhere, 'account.verifyEmail', { token, password: PASSWORD });
  await mutated(elsewhere, 'session.signIn', { email, password: PASSWORD });
});

test('a cookie session: the token stands in the cookie and nowhere else', async () => {
  const person = await newAccount();
  const client = httpClient(api.url);
  const signedIn = await client.mutate('session.signIn', person);
  expect(given('session.signIn', signedIn)).not.toHaveProperty('tokens');
  expect(setCookies(signedIn)).toEqual([
    expect.stringMatching(/^portcullis=v4\.public\.[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/),
    expect.stringMatching(/^portcullis-device=[\w.-]+; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
  const first = client.cookies.get('portcullis') ?? '';
  expect(signedIn.text).not.toContain(first);

  const me = await asked<profile.MeOutput>(client, 'account.me');
  expect(me.account).toMatchObject({ email: person.email, name: 'Ada', emailVerified: true });
  expect(
    (await mutated<contract.UpdateOutput>(client, 'account.update', { name: 'Grace' })).account.name,
  ).toBe('Grace');
  const list = await asked<sessions.SessionListOutput>(client, 'session.list');
  expect(list.sessions.map(({ id, current }) => [id, current])).toEqual([[me.session.id, true]]);
  const exported = await asked<profile.ExportOutput>(client, 'account.export');
  expect(exported.account.name).toBe('Grace');
  expect(exported.events.map(({ type }) => type)).toEqual([
    'profile_changed',
    'signed_in',
    'account_created',
  ]);
  const page = await asked<contract.ActivityOutput>(client, 'account.activity', { limit: 2 });
  expect(page.events).toEqual(exported.events.slice(0, 2));
  expect(
    await asked<contract.ActivityOutput>(client, 'account.activity', { limit: 2, cursor: page.nextCursor }),
  ).toEqual({ events: exported.events.slice(2) });
  expect((await asked<contract.ActivityOutput>(client, 'account.activity')).events).toEqual(exported.events);

  const again = await client.mutate('session.reauthenticate', { password: PASSWORD });
  expect(given('session.reauthenticate', again)).not.toHaveProperty('tokens');
  const replaced = httpClient(api.url);
  replaced.cookies.set('portcullis', first);
  expect(outcome(await replaced.query('account.me'))).toBe('401 session_revoked');
  const changed = await client.mutate('account.changePassword', {
    currentPassword: PASSWORD,
    newPassword: 'another passphrase 2',
  });
  expect(given('account.changePassword', changed)).toMatchObject({ sessionsEnded: 0 });
  expect(setCookies(changed)).toHaveLength(2);
  await asked(client, 'account.me');
  const out = await client.mutate('session.signOut');
  expect(given('session.signOut', out)).toEqual({ status: 'signed_out' });
  expect(setCookies(out)).toEqual([expect.stringMatching(/^portcullis=; Max-Age=0; Path=\//)]);
  expect(outcome(await client.query('account.me'))).toBe('401 session_missing');
});

test('a remembered cookie outlives the browser', async () => {
  const person = await stores.person();
  const { email, password } = person;
  const answer = await httpClient(api.url).mutate('session.signIn', { email, password, remember: true });
  expect(setCookies(answer)[0]).toMatch(/; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
});

test('a bearer session: tokens in the answer, no cookie, and each renewal replaces them', async () => {
  const person = await newAccount();
  const client = httpClient(api.url);
  const bear = ({ accessToken }: { accessToken: string }) =>
    (client.headers = { authorization: `Bearer ${accessToken}`, origin: '' });
  const signedIn = await client.mutate('session.signIn', { ...person, transport: 'bearer' });
  const { tokens } = given<{ tokens: sessions.Tokens }>('session.signIn', signedIn);
  expect(setCookies(signedIn)).toEqual([]);
  const renewed = await mutated<sessions.RefreshOutput>(client, 'session.refresh', {
    refreshToken: tokens.refreshToken,
  });
  bear(renewed.tokens);
  await asked(client, 'account.me');
  const again = await mutated<{ tokens: sessions.Tokens }>(client, 'session.reauthenticate', {
    password: PASSWORD,
  });
  expect(outcome(await client.query('account.me'))).toBe('401 session_revoked');
  bear(again.tokens);
  const other = await signInAt(api.url, person, 'bearer');
  const third = await signInAt(api.url, person, 'cookie');
  expect(await mutated(client, 'session.revoke', { sessionId: other.sessionId })).toEqual({
    sessionsEnded: 1,
  });
  expect(await mutated(client, 'session.revokeOthers')).toEqual({ sessionsEnded: 1 });
  for (const { query } of [other, third])
    expect(outcome(await query('account.me'))).toBe('401 session_revoked');
  const changed = await mutated<{ tokens: sessions.Tokens }>(client, 'account.changePassword', {
    currentPassword: PASSWORD,
    newPassword: 'another passphrase 2',
  });
  expect(outcome(await client.mutate('session.refresh', { refreshToken: again.tokens.refreshToken }))).toBe(
    '401 session_revoked',
  );
  bear(changed.tokens);
  expect(await mutated(client, 'session.revokeAll')).toEqual({ sessionsEnded: 1 });
  expect(outcome(await client.query('account.me'))).toBe('401 session_revoked');
});

test('an address is changed, given back, and its password reset', async () => {
  const person = await newAccount();
  const [client, other] = [await signInAt(api.url, person), await signInAt(api.url, person, 'bearer')];
  const newEmail = anAddress();
  await mutated(client, 'account.requestEmailChange', { newEmail });
  const token = await mailed(newEmail, 'confirm-email-change');
  expect(await mutated(client, 'account.confirmEmailChange', { token })).toEqual({
    status: 'email_changed',
    sessionsEnded: 1,
  });
  expect(outcome(await other.query('account.me'))).toBe('401 session_revoked');
  expect((await asked<profile.MeOutput>(client, 'account.me')).account.email).toBe(newEmail);
  const undo = await mailed(person.email, 'undo-email-change');
  expect(await mutated(httpClient(api.url), 'account.undoEmailChange', { token: undo })).toEqual({
    status: 'email_restored',
    sessionsEnded: 1,
  });
  expect(outcome(await client.query('account.me'))).toBe('401 session_revoked');
  expect(outcome(await client.mutate('session.signIn', person))).toBe('401 credentials_invalid');
  await mutated(client, 'account.requestPasswordReset', { email: person.email });
  const reset = await mailed(person.email, 'reset-password');
  const newPassword = 'another passphrase 2';
  expect(await mutated(client, 'account.resetPassword', { token: reset, newPassword })).toEqual({
    sessionsEnded: 0,
  });
  await mutated(client, 'session.signIn', { email: person.email, password: newPassword });
});

test('a deleted account is gone, and its address free', async () => {
  const person = await newAccount();
  const client = await signInAt(api.url, person);
  const deleted = await client.mutate('account.delete', { password: PASSWORD });
  expect(given('account.delete', deleted)).toEqual({ status: 'deleted' });
  expect(client.cookies.get('portcullis')).toBeUndefined();
  expect(outcome(await client.mutate('session.signIn', person))).toBe('401 credentials_invalid');
  expect(await stores.query('SELECT 1 FROM portcullis.account WHERE email_key = $1', [person.email])).toEqual(
    [],
  );
});

test('a stream tells what happens to its account', async () => {
  const person = await stores.person();
  const [client, other] = [await signInAt(api.url, person), await signInAt(api.url, person, 'bearer')];
  const stream = await follow(api.url, other);
  expect(stream.response.status).toBe(200);
  await vi.waitFor(() => expect(stream.heard.length).toBeGreaterThan(0), 30_000);
  await mutated(client, 'session.revokeOthers');
  await stream.ended;
  const events = stream.heard.filter(({ event }) => event === 'message').map(({ data }) => data);
  expect(events).toHaveLength(1);
  for (const event of events) expect(OUTPUTS['session.events']?.parse(event)).toEqual(event);
  done.add('session.events');
});

test('every procedure of the router has been called here', () => {
  expect([...done].sort()).toEqual(Object.keys(appRouter._def.procedures).sort());
});
