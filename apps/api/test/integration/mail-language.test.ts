import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import type { Mail } from '@portcullis/devstack/mail';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeUserAgent } from '../../src/adapters/user-agent.ts';
import { enqueueMail } from '../../src/db/enqueue.ts';
import type { Language } from '../../src/domain/language.ts';
import { changePassword } from '../../src/services/account/change-password.ts';
import { deleteAccount } from '../../src/services/account/delete.ts';
import { exportAccount } from '../../src/services/account/export.ts';
import { rememberLanguage } from '../../src/services/account/language.ts';
import { requestEmailChange } from '../../src/services/account/request-email-change.ts';
import { requestPasswordReset } from '../../src/services/account/request-password-reset.ts';
import { disableAccount, enableAccount, signOutAccount } from '../../src/services/account/set-disabled.ts';
import { signUp } from '../../src/services/account/sign-up.ts';
import { verifyEmail } from '../../src/services/account/verify-email.ts';
import { refresh } from '../../src/services/session/refresh.ts';
import { signIn } from '../../src/services/session/sign-in.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, open, type Person, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView, startTestWorker, type TestWorker } from '../support/worker.ts';
import { secretIn } from '../support/worker-mails.ts';

let base: TestDatabase;
let mailbox: Mailbox;
let api: Instance;
let worker: TestWorker;
let queue: QueueView;

beforeAll(async () => {
  base = await freshDatabase();
  mailbox = await startMailbox();
  queue = new QueueView(base.url);
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
beforeEach(() => mailbox.clear());

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';

/** A request as it came from a browser in this language. */
const from = (language: Language | null, userAgent = FIREFOX) => ({
  ...api.ctx(),
  language,
  userAgent,
  deps: { ...api.deps, describeUserAgent },
});
const as = async (person: Person, language: Language | null) => {
  const session = await open(api, person);
  return { ...(await api.as(session.sessionId, person.accountId)), language };
};
const remembered = async ({ accountId }: Pick<Person, 'accountId'>) =>
  (
    await rows<{ language: string | null }>(api, 'SELECT language FROM portcullis.account WHERE id = ?', [
      accountId,
    ])
  )[0]?.language;
const remember = (person: Person, language: Language) =>
  queue.rows('UPDATE portcullis.account SET language = $1 WHERE id = $2', [language, person.accountId]);

/** The only mail since the last one that was looked at. */
const mailTo = async (to: string): Promise<Mail> => {
  const mail = await mailbox.waitFor((one) => one.to[0]?.Address === to, 30_000);
  await expect.poll(() => queue.jobs(), { timeout: 30_000 }).toEqual([]);
  mailbox.clear();
  return mail;
};
const languageOf = (mail: Mail) => {
  const [language] = mail.headers['content-language'] ?? [];
  expect(mail.html).toContain(`lang="${language}"`);
  return language;
};

describe('a mail is in the language', () => {
  it('of the pages that it was asked for in, which the account remembers for those that others cause', async () => {
    const email = 'new.reader@example.test';
    const password = 'an honest passphrase 1';
    const { registrationSecret } = await signUp(from('de'), { email, password });
    const mail = await mailTo(email);
    expect(languageOf(mail)).toBe('de');
    expect(mail.subject).toBe('Bestätige deine E-Mail-Adresse');
    await verifyEmail(from('de'), { token: secretIn(mail), registrationSecret });
    // A stranger in English: the owner does not have to read English for it.
    await signUp(from('en'), { email, password: 'a stranger passphrase' });
    const told = await mailTo(email);
    expect(languageOf(told)).toBe('de');
    expect(told.subject).toBe('Du hast schon ein Konto');
  });

  it('that the request named, else of the account, else English', async () => {
    const person = await makePerson(api);
    const asked = async (language: Language | null) => {
      await requestPasswordReset(from(language), { email: person.email });
      return languageOf(await mailTo(person.email));
    };
    expect(await asked(null)).toBe('en');
    await remember(person, 'de');
    expect(await asked(null)).toBe('de');
    expect(await asked('en')).toBe('en');
  });

  it('of the account, when somebody else asked for its address', async () => {
    const owner = await makePerson(api);
    await remember(owner, 'de');
    await requestEmailChange(await as(await makePerson(api), 'en'), { newEmail: owner.email });
    expect(languageOf(await mailTo(owner.email))).toBe('de');
  });

  it('that the account had, although the account is gone when its deletion is mailed', async () => {
    const person = await makePerson(api);
    await remember(person, 'de');
    await deleteAccount(await as(person, null), { password: person.password });
    expect(languageOf(await mailTo(person.email))).toBe('de');
    expect(await remembered(person)).toBeNull();
  });

  it('English, and is sent, when older code asked for it or newer code stored what is not known here', async () => {
    const person = await makePerson(api);
    await queue.rows("UPDATE portcullis.account SET language = 'tlh' WHERE id = $1", [person.accountId]);
    const ask = () => {
      const at = new Date().toISOString();
      const { random, clock } = api.deps;
      const job = {
        kind: 'password_changed' as const,
        noticeId: random.uuid(),
        accountId: person.accountId,
        at,
      };
      return api.db.write(clock.monotonicMs() + 10_000, (tx) => enqueueMail(tx, job, null));
    };
    await ask();
    const mail = await mailTo(person.email);
    expect(languageOf(mail)).toBe('en');
    expect(mail.text).toMatch(/^When: .* UTC$/m);
    expect(mail.text).not.toMatch(/^(?:Device|IP address):/m);
  });
});

describe('what an operator does to an account, or a copied secret shows, is mailed to its owner', () => {
  const remembering = async () => {
    const person = await makePerson(api);
    await remember(person, 'de');
    return person;
  };

  it('disabling, enabling and ending every session, in the language of the account', async () => {
    const person = await remembering();
    await disableAccount(api.ctx(), person.accountId);
    expect((await mailTo(person.email)).subject).toBe('Dein Konto wurde gesperrt');
    // Nothing happens a second time, so nothing is said.
    await disableAccount(api.ctx(), person.accountId);
    await enableAccount(api.ctx(), person.accountId);
    expect((await mailTo(person.email)).subject).toBe('Dein Konto ist wieder frei');
    await signOutAccount(api.ctx(), person.accountId);
    expect((await mailTo(person.email)).subject).toBe('Du wurdest überall abgemeldet');
  });

  it('a refresh secret that was spent for long, in the language of the account and not of who has the copy', async () => {
    const person = await remembering();
    const { refreshToken, sessionId } = await open(api, person);
    const aDayLater = () =>
      queue.rows(
        "UPDATE portcullis.session SET refresh_rotated_at = refresh_rotated_at - interval '1 day' WHERE id = $1",
        [sessionId],
      );
    await aDayLater();
    await refresh(api.ctx(), { refreshToken });
    await aDayLater();
    await expect(refresh(from('en'), { refreshToken })).rejects.toMatchObject({ reason: 'session_revoked' });
    const mail = await mailTo(person.email);
    expect(mail.subject).toBe('Eines deiner Geräte wurde abgemeldet');
    expect(mail.text).toContain('Firefox unter Linux');
  });
});

describe('a mail says what the request behind it came from', () => {
  it('in words of this program alone, and they are gone once it is sent', async () => {
    const person = await makePerson(api);
    await changePassword(
      { ...(await as(person, 'en')), userAgent: FIREFOX, deps: from('en').deps },
      { currentPassword: person.password, newPassword: 'another passphrase 2' },
    );
    const mail = await mailTo(person.email);
    expect(mail.text).toContain('Device: Firefox on Linux\nIP address: 192.0.2.1\n');
    await requestPasswordReset(from('en', 'Visit-phish.test/1 (Visit phish.test) now'), {
      email: person.email,
    });
    const asked = await mailTo(person.email);
    expect(asked.text).toContain('IP address: 192.0.2.1');
    expect(asked.text + asked.html).not.toContain('phish');
    const kept = await queue.rows(
      'SELECT id FROM portcullis.notice WHERE sent_at IS NOT NULL AND cause IS NOT NULL',
    );
    expect(kept).toEqual([]);
  });

  it('is kept in the same shape whether or not anybody has the address', async () => {
    const person = await makePerson(api);
    await worker.stop();
    await requestPasswordReset(from('de'), { email: person.email });
    await requestPasswordReset(from('de'), { email: 'nobody@example.test' });
    const cause = { language: 'de', browser: 'Firefox', os: 'Linux', ip: '192.0.2.1' };
    expect(
      await queue.rows(
        'SELECT cause FROM portcullis.notice WHERE sent_at IS NULL AND cause IS NOT NULL AND taken_at IS NULL ORDER BY created_at DESC LIMIT 2',
      ),
    ).toEqual([{ cause }, { cause }]);
    const payloads = (await queue.jobs()).map(({ payload }) => Object.keys(payload).sort());
    expect(payloads).toEqual([payloads[0], payloads[0]]);
    worker = await startTestWorker({ databaseUrl: base.url, smtpUrl: mailbox.smtpUrl });
    expect(languageOf(await mailTo(person.email))).toBe('de');
  });
});

describe('the language of an account', () => {
  it('is that of its last sign-in that named one', async () => {
    const person = await makePerson(api);
    const signedInWith = async (language: Language | null) => {
      await signIn(from(language), { email: person.email, password: person.password });
      return remembered(person);
    };
    expect(await signedInWith(null)).toBeNull();
    expect(await signedInWith('de')).toBe('de');
    expect(await signedInWith(null)).toBe('de');
    expect(await signedInWith('en')).toBe('en');
    await expect(signIn(from('de'), { email: person.email, password: 'wrong' })).rejects.toThrow();
    expect(await remembered(person)).toBe('en');
    // What is kept of a person is in what they can take along.
    expect(await exportAccount(await as(person, null))).toMatchObject({ language: 'en' });
  });

  it('waits for nobody: while the row is locked the sign-in goes on, and the next one keeps it', async () => {
    const person = await makePerson(api);
    const account = { id: person.accountId, language: null };
    const complaints: unknown[] = [];
    const ctx = from('de');
    const deps = { ...ctx.deps, log: { ...ctx.deps.log, warn: (fields: object) => complaints.push(fields) } };
    await api.db.write(api.deps.clock.monotonicMs() + 30_000, async (tx) => {
      await tx.execute('SELECT 1 FROM portcullis.account WHERE id = ? FOR UPDATE', [person.accountId]);
      await rememberLanguage({ ...ctx, deps }, account);
    });
    expect(complaints).toEqual([]);
    expect(await remembered(person)).toBeNull();
    await rememberLanguage(from('de'), account);
    expect(await remembered(person)).toBe('de');
  });
});
