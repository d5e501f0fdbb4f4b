import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requestPasswordReset } from '../../src/services/account/request-password-reset.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, type Person } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView, QUICK_MAIL_TIMES, startTestWorker, type TestWorker } from '../support/worker.ts';
import { secretIn } from '../support/worker-mails.ts';
import type { MailStep } from '../support/worker-process.ts';

const program = fileURLToPath(new URL('../support/worker-process.ts', import.meta.url));
/** Processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
const PATIENT = { timeout: 60_000 };

let base: TestDatabase;
let mailbox: Mailbox;
let proxy: TcpProxy;
let api: Instance;
let queue: QueueView;
let person: Person;
const children: ChildProcess[] = [];
let rescuer: TestWorker | null = null;

beforeAll(async () => {
  base = await freshDatabase();
  mailbox = await startMailbox();
  proxy = await startTcpProxyTo(mailbox.smtpUrl, 25);
  api = await startInstance({ databaseUrl: base.url, redisUrl: null, pollMs: 50 });
  queue = new QueueView(base.url);
});
afterAll(async () => {
  await api.close();
  await queue.close();
  await proxy.stop();
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
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rescuer?.stop();
  rescuer = null;
  mailbox.beforeReply(null);
  mailbox.stall(false);
  proxy.mend();
});

/** @returns resolves with the signal that ended it; everything it printed must be what it prints at its start */
const runWorker = (step: MailStep, smtpUrl = mailbox.smtpUrl) => {
  const child = spawn(process.execPath, [program, base.url, smtpUrl, step], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const ended = once(child, 'exit').then(([, signal]) => signal as string | null);
  return { child, ended };
};
const diesAt = async (step: MailStep) => {
  expect(await runWorker(step).ended).toBe('SIGKILL');
};

const isLockedByTheDead = async () => {
  const [job] = await queue.jobs();
  expect(job?.locked_by).toMatch(/^pool-/);
};
/** Another worker takes over; resolves once nothing is left to do. */
const rescue = async () => {
  rescuer = await startTestWorker({
    databaseUrl: base.url,
    smtpUrl: mailbox.smtpUrl,
    mailTimes: QUICK_MAIL_TIMES,
  });
  await expect.poll(() => queue.jobs(), PATIENT).toEqual([]);
};
const outcomes = () =>
  [...(rescuer?.logs() ?? '').matchAll(/"outcome":"(\w+)"/g)].map(([, outcome]) => outcome);
const works = async (mail: Mailbox['mails'] extends () => readonly (infer M)[] ? M : never) =>
  resetPassword(api.ctx(), { token: secretIn(mail), newPassword: 'another passphrase 2' });

describe('a worker killed with -9: its job is taken over, and its mail goes out once', () => {
  for (const step of ['before the take', 'taken', 'link minted'] as const)
    it(`at "${step}"`, async () => {
      await diesAt(step);
      await isLockedByTheDead();
      expect(mailbox.mails()).toEqual([]);
      await rescue();
      expect(mailbox.mails()).toHaveLength(1);
      expect(outcomes()).toEqual(['sent']);
      await works(mailbox.mails()[0] as never);
    });

  it('while the server waits for the mail after DATA', async () => {
    const asked = proxy.holdReplyTo('DATA\r\n', 'toServer');
    const { child, ended } = runWorker('never', proxy.through(mailbox.smtpUrl));
    await asked;
    child.kill('SIGKILL');
    await ended;
    await isLockedByTheDead();
    await rescue();
    expect(mailbox.mails()).toHaveLength(1);
    await works(mailbox.mails()[0] as never);
  });

  it('after its record: the job is done again without a mail', async () => {
    await diesAt('recorded');
    await isLockedByTheDead();
    expect(mailbox.mails()).toHaveLength(1);
    await rescue();
    expect(mailbox.mails()).toHaveLength(1);
    expect(outcomes()).toEqual(['already_sent']);
    await works(mailbox.mails()[0] as never);
  });
});

describe('killed between the acceptance and its record, a second copy goes out with the same Message-ID', () => {
  const expectTwoCopies = async () => {
    const mails = mailbox.mails();
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(1);
    // Whichever of the two somebody opens works.
    const [newest, first] = mails;
    expect(secretIn(newest as never)).not.toBe(secretIn(first as never));
    await works(first as never);
    await expect(works(newest as never)).rejects.toMatchObject({ reason: 'verification_invalid' });
  };

  it('when it has heard of the acceptance', async () => {
    await diesAt('accepted');
    expect(mailbox.mails()).toHaveLength(1);
    await isLockedByTheDead();
    await rescue();
    await expectTwoCopies();
  });

  it('when the server has the mail and has not said so', async () => {
    const { child, ended } = runWorker('never');
    let once = false;
    mailbox.beforeReply(() => {
      if (once) return;
      once = true;
      child.kill('SIGKILL');
      return ended.then(() => undefined);
    });
    expect(await ended).toBe('SIGKILL');
    await rescue();
    await expectTwoCopies();
  });
});

describe('taking over', () => {
  it('several workers die in a row, each in the middle of the job; the last one mails once', async () => {
    for (const step of ['taken', 'link minted', 'before the take'] as const) {
      await diesAt(step);
      // The next one finds the job free only after somebody noticed the death, which every worker does by itself.
    }
    await rescue();
    expect(mailbox.mails()).toHaveLength(1);
    await works(mailbox.mails()[0] as never);
  });

  it('a worker that lives keeps its job, however long it takes', async () => {
    mailbox.stall(true);
    runWorker('never');
    await expect
      .poll(
        () => queue.rows('SELECT 1 FROM portcullis.notice WHERE taken_at IS NOT NULL AND sent_at IS NULL'),
        PATIENT,
      )
      .toHaveLength(1);
    const [before] = await queue.jobs();
    rescuer = await startTestWorker({
      databaseUrl: base.url,
      smtpUrl: mailbox.smtpUrl,
      settings: { takeOverMs: 50 },
    });
    // It has looked for the dead many times over by the time it has done other work.
    for (let n = 0; n < 5; n += 1) {
      const [{ id } = { id: '' }] = await queue.rows<{ id: string }>(
        `SELECT id::text FROM graphile_worker.add_job('clean_up', '{}')`,
      );
      await expect.poll(async () => (await queue.jobs()).some((job) => job.id === id), PATIENT).toBe(false);
    }
    expect(await queue.jobs()).toEqual([before]);
    expect(rescuer.logs()).not.toContain('are free again');
    mailbox.stall(false);
    await expect.poll(() => queue.jobs(), PATIENT).toEqual([]);
    expect(mailbox.mails()).toHaveLength(1);
  });
});
