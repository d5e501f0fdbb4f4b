import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { requestPasswordReset } from '../../src/services/account/request-password-reset.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, type Person } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView, startTestWorker, type TestWorker, type WorkerOptions } from '../support/worker.ts';
import { secretIn } from '../support/worker-mails.ts';

/** Processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
const PATIENT = { timeout: 60_000 };

let base: TestDatabase;
let mailbox: Mailbox;
let smtp: TcpProxy;
let postgres: TcpProxy;
let api: Instance;
let queue: QueueView;
let person: Person;
let worker: TestWorker;

beforeAll(async () => {
  base = await freshDatabase();
  mailbox = await startMailbox();
  smtp = await startTcpProxyTo(mailbox.smtpUrl, 25);
  postgres = await startTcpProxyTo(base.url);
  api = await startInstance({ databaseUrl: base.url, redisUrl: null, pollMs: 50 });
  queue = new QueueView(base.url);
});
afterAll(async () => {
  await api.close();
  await queue.close();
  await postgres.stop();
  await smtp.stop();
  await mailbox.stop();
  await base.drop();
});
beforeEach(async () => {
  await queue.rows('DELETE FROM graphile_worker._private_jobs');
  mailbox.clear();
  person = await makePerson(api);
  await requestPasswordReset(api.ctx(), { email: person.email });
});
afterEach(async () => {
  smtp.mend();
  postgres.mend();
  mailbox.stall(false);
  await worker.stop();
});

const work = async (options: Partial<WorkerOptions> = {}) => {
  worker = await startTestWorker({
    databaseUrl: base.url,
    smtpUrl: smtp.through(mailbox.smtpUrl),
    smtp: { connectMs: 1_000, greetingMs: 500, silenceMs: 1_000 },
    ...options,
  });
};
/** What came for this test's person: a mail that an earlier test left stalled may still come in. */
const received = () => mailbox.mails().filter((mail) => mail.to[0]?.Address === person.email);
const failedOnce = async (): Promise<void> =>
  expect
    .poll(async (): Promise<boolean> => {
      const [job] = await queue.jobs();
      // It may have been tried again by now, and even be done.
      return job === undefined || (job.last_error !== null && job.locked_by === null);
    }, PATIENT)
    .toBe(true);
const recovers = async () => {
  await queue.hurry();
  await expect.poll(() => queue.jobs(), PATIENT).toEqual([]);
};
const liveLinks = async (): Promise<number> =>
  (
    await queue.rows('SELECT 1 FROM portcullis.verification WHERE account_id = $1 AND used_at IS NULL', [
      person.accountId,
    ])
  ).length;
const theLinkWorks = (n = 0) =>
  resetPassword(api.ctx(), {
    token: secretIn(received()[n] as never),
    newPassword: 'another passphrase 2',
  });

it.each([
  ['nobody listens', (): void => smtp.refuse()],
  ['the server never greets', (): void => smtp.halfOpen()],
  ['the line breaks at RCPT', (): void => void smtp.cutOn('RCPT TO', 'toServer', 'before')],
] as const)('%s: the link is taken back, and the mail goes out once later', async (_, breakIt) => {
  breakIt();
  await work();
  await failedOnce();
  await expect.poll(liveLinks, PATIENT).toBe(0);
  expect(received()).toEqual([]);
  smtp.mend();
  await recovers();
  expect(received()).toHaveLength(1);
  expect(await liveLinks()).toBe(1);
  await theLinkWorks();
});

it('the acceptance is lost on the line: a second copy with the same Message-ID, and the link of the first works too', async () => {
  mailbox.beforeReply(() => {
    mailbox.beforeReply(null);
    smtp.cut();
  });
  await work();
  await expect.poll(() => received().length, PATIENT).toBe(1);
  await failedOnce();
  await recovers();
  expect(received()).toHaveLength(2);
  expect(new Set(received().map((mail) => mail.messageId)).size).toBe(1);
  expect(await liveLinks()).toBe(2);
  await theLinkWorks(1);
});

it('a server that is slower than the whole deadline of a send is given up', async () => {
  mailbox.stall(true);
  await work({ smtp: { silenceMs: 60_000 }, mailTimes: { sendMs: 500 } });
  await failedOnce();
  expect((await queue.jobs())[0]?.last_error).toMatch(/^SmtpError: no answer from the mail server/);
});

it('a long send keeps its notice by renewing it', async () => {
  mailbox.stall(true);
  await work({ smtp: { silenceMs: 60_000 }, mailTimes: { leaseMs: 6_000, renewMs: 200 } });
  const taken = async () =>
    (
      await queue.rows<{ at: string }>(
        'SELECT taken_at::text AS at FROM portcullis.notice WHERE taken_at IS NOT NULL AND sent_at IS NULL',
      )
    )[0]?.at;
  await expect.poll(taken, PATIENT).toBeTruthy();
  const seen = new Set<string | undefined>();
  await expect
    .poll(async () => {
      seen.add(await taken());
      return seen.size;
    }, PATIENT)
    .toBeGreaterThan(10);
  mailbox.stall(false);
  await expect.poll(() => queue.jobs(), PATIENT).toEqual([]);
  expect(received()).toHaveLength(1);
});

it('a sender that cannot renew its notice stops sending before another may start', async () => {
  const asked = smtp.holdReplyTo('DATA\r\n', 'toServer');
  let gaveUp = false;
  // Two thirds of the lease are over long before the server's silence would end the send.
  await work({
    databaseUrl: postgres.through(base.url),
    smtp: { silenceMs: 60_000 },
    mailTimes: { leaseMs: 6_000, renewMs: 300 },
    wrapSender: (real) => ({ send: (...mail) => real.send(...mail).finally(() => (gaveUp = true)) }),
  });
  await asked;
  postgres.pause();
  const isFree = `SELECT taken_at < clock_timestamp() - interval '6 seconds' AS free FROM portcullis.notice WHERE taken_at IS NOT NULL AND sent_at IS NULL`;
  await expect.poll(() => gaveUp, PATIENT).toBe(true);
  expect(await queue.rows(isFree)).toEqual([{ free: false }]);
  postgres.mend();
  smtp.mend();
  await failedOnce();
  expect((await queue.jobs())[0]?.last_error).toMatch(/^NoticeLost/);
  await recovers();
  expect(received()).toHaveLength(1);
});

it('Postgres is away between the acceptance and the record: recorded once it is back, and no second copy', async () => {
  let away = Promise.resolve();
  mailbox.beforeReply(() => {
    postgres.refuse();
    away = expect.poll(() => worker.logs(), PATIENT).toContain('could not be recorded yet') as Promise<void>;
  });
  await work({ databaseUrl: postgres.through(base.url) });
  await expect.poll(() => received().length, PATIENT).toBe(1);
  mailbox.beforeReply(null);
  await away;
  postgres.mend();
  await expect.poll(() => queue.jobs(), PATIENT).toEqual([]);
  expect(received()).toHaveLength(1);
  const newest = 'SELECT sent_at IS NOT NULL AS sent FROM portcullis.notice ORDER BY created_at DESC LIMIT 1';
  expect(await queue.rows(newest)).toEqual([{ sent: true }]);
});
