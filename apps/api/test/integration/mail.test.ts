import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import type { Mail } from '@portcullis/devstack/mail';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/services/account/change-password.ts';
import { confirmEmailChange } from '../../src/services/account/confirm-email-change.ts';
import { deleteAccount } from '../../src/services/account/delete.ts';
import { requestEmailChange } from '../../src/services/account/request-email-change.ts';
import { requestPasswordReset } from '../../src/services/account/request-password-reset.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { signUp } from '../../src/services/account/sign-up.ts';
import { undoEmailChange } from '../../src/services/account/undo-email-change.ts';
import { verifyEmail } from '../../src/services/account/verify-email.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, open, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView, startTestWorker, type TestWorker } from '../support/worker.ts';
import { linkIn, secretIn } from '../support/worker-mails.ts';

let base: TestDatabase;
let mailbox: Mailbox;
let api: Instance;
let worker: TestWorker;
let queue: QueueView;
/** Every payload there ever was, written by a trigger: jobs are gone once they are done. */
const payloads = () => queue.rows<{ payload: unknown }>('SELECT payload FROM public.seen_payload');

beforeAll(async () => {
  base = await freshDatabase();
  mailbox = await startMailbox();
  queue = new QueueView(base.url);
  await queue.rows(`
    CREATE TABLE public.seen_payload (payload json);
    CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO public.seen_payload VALUES (NEW.payload); RETURN NEW; END $$;
    CREATE TRIGGER see BEFORE INSERT ON graphile_worker._private_jobs FOR EACH ROW EXECUTE FUNCTION public.see()`);
  api = await startInstance({ databaseUrl: base.url, redisUrl: null, pollMs: 50 });
  worker = await startTestWorker({ databaseUrl: base.url, smtpUrl: mailbox.smtpUrl });
});
afterAll(async () => {
  await worker.stop();
  await api.close();
  await queue.close();
  await mailbox.stop();
  await base.drop();
});

let counter = 0;
const address = () => `o'person.${(counter += 1)}+tag@example.test`;
const mailTo = (to: string, subject: string): Promise<Mail> =>
  mailbox.waitFor((mail) => mail.to[0]?.Address === to && mail.subject === subject, 30_000);
const queueIsEmpty = () => expect.poll(() => queue.jobs(), { timeout: 30_000 }).toEqual([]);

const mailedSecrets = () =>
  mailbox.mails().flatMap((mail) => /#token=([\w-]{43})$/m.exec(mail.text)?.[1] ?? []);

const expectWellFormed = (mail: Mail) => {
  expect(mail.headers['content-type']?.[0]).toContain('multipart/alternative');
  expect(mail.text.length).toBeGreaterThan(100);
  expect(mail.html).toMatch(/^<!DOCTYPE html/);
  expect(mail.from).toEqual({ Name: 'Portcullis', Address: 'no-reply@example.test' });
  expect(mail.headers['auto-submitted']).toEqual(['auto-generated']);
  expect(mail.to).toHaveLength(1);
  expect(mail.bcc).toEqual([]);
  // Nothing is fetched when the mail is opened.
  expect(mail.html).not.toMatch(/<(?:img|link|script|iframe)|@import|url\(/i);
};

describe('every event sends its mail once, with a text and an HTML part', () => {
  const person = { email: '', password: 'an honest passphrase 1' };
  const changed = { email: '' };

  const signedIn = async (password: string) => {
    const [account] = await rows<{ id: string }>(api, 'SELECT id FROM portcullis.account WHERE email = ?', [
      changed.email || person.email,
    ]);
    const accountId = account?.id ?? '';
    const session = await open(api, { accountId, email: changed.email || person.email, password });
    return api.as(session.sessionId, accountId);
  };

  it('sign-up: the link confirms the address', async () => {
    person.email = address();
    const { registrationSecret } = await signUp(api.ctx(), {
      email: person.email,
      password: person.password,
      name: 'Evil <b>Name</b> http://phish.test',
    });
    const mail = await mailTo(person.email, 'Confirm your e-mail address');
    expectWellFormed(mail);
    expect(linkIn(mail).pathname).toBe('/verify-email');
    // A sign-up can name anybody's address: what else was typed must not reach its owner.
    expect(mail.text + mail.html).not.toContain('phish');
    expect(await verifyEmail(api.ctx(), { token: secretIn(mail), registrationSecret })).toEqual({
      status: 'verified',
    });
  });

  it('sign-up with an address that has an account: its owner is told, without a link to confirm', async () => {
    await signUp(api.ctx(), { email: person.email.toUpperCase(), password: 'a stranger passphrase' });
    const mail = await mailTo(person.email, 'You already have an account');
    expectWellFormed(mail);
    expect(linkIn(mail).href).toBe('http://localhost:5173/forgot-password');
  });

  it('password reset: the link, then the notice that it was used', async () => {
    await requestPasswordReset(api.ctx(), { email: person.email });
    const mail = await mailTo(person.email, 'Reset your password');
    expectWellFormed(mail);
    expect(linkIn(mail).pathname).toBe('/reset-password');
    person.password = 'another passphrase 2';
    await resetPassword(api.ctx(), { token: secretIn(mail), newPassword: person.password });
    const notice = await mailTo(person.email, 'Your password was reset');
    expectWellFormed(notice);
    expect(notice.text).not.toContain('#token=');
  });

  it('password change: a notice', async () => {
    const caller = await signedIn(person.password);
    const currentPassword = person.password;
    person.password = 'a third passphrase 3';
    await changePassword(caller, { currentPassword, newPassword: person.password });
    expectWellFormed(await mailTo(person.email, 'Your password was changed'));
  });

  it('e-mail change to an address that is taken: its owner is told', async () => {
    const other = await makePerson(api);
    await requestEmailChange(await signedIn(person.password), { newEmail: other.email });
    const mail = await mailTo(other.email, 'Somebody tried to use your e-mail address');
    expectWellFormed(mail);
    expect(mail.text).not.toMatch(/^https?:/m);
  });

  it('e-mail change: the link to the new address, the undo link to the old one, the notice after the undo', async () => {
    changed.email = address();
    const to = changed.email;
    changed.email = '';
    await requestEmailChange(await signedIn(person.password), { newEmail: to });
    const confirm = await mailTo(to, 'Confirm your new e-mail address');
    expectWellFormed(confirm);
    expect(linkIn(confirm).pathname).toBe('/confirm-email-change');
    expect(confirm.text + confirm.html).not.toContain(person.email);
    await confirmEmailChange(api.ctx(), { token: secretIn(confirm) });
    const undo = await mailTo(person.email, 'Your e-mail address was changed');
    expectWellFormed(undo);
    expect(linkIn(undo).pathname).toBe('/undo-email-change');
    expect(undo.text + undo.html).not.toContain(to);
    await undoEmailChange(api.ctx(), { token: secretIn(undo) });
    const restored = await mailTo(person.email, 'Your e-mail address was restored');
    expectWellFormed(restored);
    expect(restored.text).not.toContain('#token=');
  });

  it('deletion: a notice to the address that the account had', async () => {
    const other = await makePerson(api);
    const session = await open(api, other);
    await deleteAccount(await api.as(session.sessionId, other.accountId), { password: other.password });
    expectWellFormed(await mailTo(other.email, 'Your account was deleted'));
  });

  it('nobody behind the address: a job like any other, and no mail', async () => {
    const nobody = address();
    await requestPasswordReset(api.ctx(), { email: nobody });
    await queueIsEmpty();
    expect(mailbox.mails().filter((mail) => mail.to[0]?.Address === nobody)).toEqual([]);
  });

  it('no event mailed twice, and the Message-ID is the one on record', async () => {
    await queueIsEmpty();
    const ids = mailbox.mails().map((mail) => mail.messageId);
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(ids.length);
    const sent = await queue.rows<{ message_id: string }>(
      'SELECT message_id FROM portcullis.notice WHERE sent_at IS NOT NULL',
    );
    expect(sent.map((row) => row.message_id.slice(1, -1)).sort()).toEqual([...ids].sort());
  });

  it('no secret stands in a payload, in a log line or anywhere in the database; no address in a log line', async () => {
    const secrets = [
      ...mailedSecrets(),
      'an honest passphrase 1',
      'another passphrase 2',
      'a third passphrase 3',
    ];
    expect(mailedSecrets()).toHaveLength(4);
    const written = JSON.stringify(await payloads());
    expect(written).toContain('reset_password');
    const dump = await everythingStored();
    expect(dump).toContain('password_reset_requested');
    for (const secret of secrets) {
      expect(written).not.toContain(secret);
      expect(worker.logs()).not.toContain(secret);
      expect(dump).not.toContain(secret);
    }
    expect(worker.logs()).toContain('mail job done');
    expect(worker.logs()).not.toMatch(/@example\.test/);
  });
});

/** Every row of every table as text. */
const everythingStored = async (): Promise<string> => {
  const tables = await queue.rows<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('portcullis', 'graphile_worker', 'public')`,
  );
  const parts = await Promise.all(
    tables.map(({ name }) => queue.rows<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)),
  );
  return parts
    .flat()
    .map(({ row }) => row)
    .join('\n');
};
