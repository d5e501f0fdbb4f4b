import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requestEmailChange } from '../../src/services/account/request-email-change.ts';
import { requestPasswordReset } from '../../src/services/account/request-password-reset.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { signUp } from '../../src/services/account/sign-up.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Person } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView, startTestWorker, type TestWorker } from '../support/worker.ts';
import { secretIn } from '../support/worker-mails.ts';

let base: TestDatabase;
let mailbox: Mailbox;
let api: Instance;
let queue: QueueView;
let person: Person;
let worker: TestWorker | null = null;

beforeAll(async () => {
  base = await freshDatabase();
  mailbox = await startMailbox();
  queue = new QueueView(base.url);
  api = await startInstance({ databaseUrl: base.url, redisUrl: null, pollMs: 50 });
});
afterAll(async () => {
  await api.close();
  await queue.close();
  await mailbox.stop();
  await base.drop();
});
beforeEach(async () => {
  mailbox.clear();
  await queue.rows('DELETE FROM graphile_worker._private_jobs');
  person = await makePerson(api);
});
afterEach(async () => {
  mailbox.refuse(null);
  await worker?.stop();
  worker = null;
});

const work = async (concurrency = 1) => {
  worker ??= await startTestWorker({
    databaseUrl: base.url,
    smtpUrl: mailbox.smtpUrl,
    settings: { concurrency },
  });
};
const untilDone = () => expect.poll(() => queue.jobs(), { timeout: 30_000 }).toEqual([]);
const request = () => requestPasswordReset(api.ctx(), { email: person.email });
const liveLinks = () =>
  queue.rows<{ id: string }>(
    `SELECT v.id FROM portcullis.verification v JOIN portcullis.account a ON a.id = v.account_id
     WHERE a.id = $1 AND v.used_at IS NULL AND v.expires_at > now() AND v.link_epoch = a.link_epoch`,
    [person.accountId],
  );

describe('reset links (G9)', () => {
  it('at most three are live, however many ask at once', async () => {
    for (let n = 0; n < 10; n += 1) await request();
    await work(4);
    await untilDone();
    expect(mailbox.mails()).toHaveLength(3);
    expect(await liveLinks()).toHaveLength(3);
    const secrets = mailbox.mails().map(secretIn);
    await resetPassword(api.ctx(), { token: secrets[0] ?? '', newPassword: 'another passphrase 2' });
    for (const token of secrets.slice(1))
      await expect(
        resetPassword(api.ctx(), { token, newPassword: 'another passphrase 3' }),
      ).rejects.toMatchObject({ reason: 'verification_invalid' });
  });

  it('three dead ones make room again', async () => {
    for (let n = 0; n < 3; n += 1) await request();
    await work();
    await untilDone();
    await queue.rows(
      `UPDATE portcullis.verification SET expires_at = now() - interval '1 second' WHERE account_id = $1`,
      [person.accountId],
    );
    await request();
    await untilDone();
    expect(mailbox.mails()).toHaveLength(4);
  });

  it('a request that was overtaken by a reset mails nothing', async () => {
    await request();
    const token = await mintLink(api, person);
    await resetPassword(api.ctx(), { token, newPassword: 'another passphrase 2' });
    await work();
    await untilDone();
    expect(mailbox.mails().map((mail) => mail.subject)).toEqual(['Your password was reset']);
    expect(await liveLinks()).toEqual([]);
  });

  it('a request for an account that is disabled by then mails nothing', async () => {
    await request();
    // By itself, without the step of the link epoch that goes with it.
    await queue.rows('UPDATE portcullis.account SET disabled_at = now(), epoch = epoch + 1 WHERE id = $1', [
      person.accountId,
    ]);
    await work();
    await untilDone();
    expect(mailbox.mails()).toEqual([]);
  });

  it('a request older than a link would live mails nothing, by the clock of the database', async () => {
    await request();
    await queue.rows(`UPDATE portcullis.notice SET created_at = created_at - interval '30 minutes'`);
    await work();
    await untilDone();
    expect(mailbox.mails()).toEqual([]);
    expect(await liveLinks()).toEqual([]);
  });

  it('attempts whose end nobody knows leave links, but never more than three', async () => {
    await request();
    const [notice] = await queue.rows<{ id: string }>(
      'SELECT id FROM portcullis.notice ORDER BY created_at DESC LIMIT 1',
    );
    await queue.rows(
      `INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, payload, created_at, expires_at)
       SELECT gen_random_uuid(), $1::uuid, 1, 'reset_password', decode(md5(n::text || $1), 'hex'), jsonb_build_object('noticeId', $2::text),
         now() - n * interval '1 minute', now() + interval '20 minutes' FROM generate_series(1, 5) AS n`,
      [person.accountId, notice?.id],
    );
    await work();
    await untilDone();
    expect(mailbox.mails()).toHaveLength(1);
    expect(await liveLinks()).toHaveLength(3);
    // The newest, which was mailed now, is among them.
    await resetPassword(api.ctx(), {
      token: secretIn(mailbox.mails()[0] as never),
      newPassword: 'another passphrase 2',
    });
  });
});

describe('links of mails that were not delivered', () => {
  it.each([451, 550])(
    'a refusal with %i takes the link back, and the next attempt mints another',
    async (code) => {
      mailbox.refuse(code);
      await request();
      await work();
      await expect
        .poll(async () => (await queue.jobs())[0]?.last_error, { timeout: 30_000 })
        .toContain(`${code}`);
      await expect.poll(async () => (await queue.jobs())[0]?.locked_by).toBeNull();
      await expect.poll(liveLinks, { timeout: 30_000 }).toEqual([]);
      mailbox.refuse(null);
      await queue.hurry();
      await untilDone();
      expect(mailbox.mails()).toHaveLength(1);
      expect(await liveLinks()).toHaveLength(1);
      const token = secretIn(mailbox.mails()[0] as never);
      await resetPassword(api.ctx(), { token, newPassword: 'another passphrase 2' });
    },
  );

  it('e-mail change: a request overtaken by another change of the links mails nothing', async () => {
    const session = await open(api, person);
    await requestEmailChange(await api.as(session.sessionId, person.accountId), {
      newEmail: 'new@example.test',
    });
    const token = await mintLink(api, person);
    await resetPassword(api.ctx(), { token, newPassword: 'another passphrase 2' });
    await work();
    await untilDone();
    expect(mailbox.mails().map((mail) => mail.subject)).toEqual(['Your password was reset']);
  });

  it('sign-up: a registration past its time is not mailed', async () => {
    await signUp(api.ctx(), { email: 'late@example.test', password: 'an honest passphrase 1' });
    await queue.rows('UPDATE portcullis.registration SET expires_at = now()');
    await work();
    await untilDone();
    expect(mailbox.mails()).toEqual([]);
  });
});
