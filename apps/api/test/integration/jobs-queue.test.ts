import { randomUUID } from 'node:crypto';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import { enqueueMail } from '../../src/db/enqueue.ts';
import { requestPasswordReset } from '../../src/services/account/request-password-reset.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView, startTestWorker, type TestWorker, type WorkerOptions } from '../support/worker.ts';

let base: TestDatabase;
let mailbox: Mailbox;
let api: Instance;
let queue: QueueView;
const workers: TestWorker[] = [];

beforeAll(async () => {
  mailbox = await startMailbox();
});
afterAll(() => mailbox.stop());
beforeEach(async () => {
  base = await freshDatabase();
  queue = new QueueView(base.url);
  api = await startInstance({ databaseUrl: base.url, redisUrl: null, pollMs: 50 });
  mailbox.clear();
});
afterEach(async () => {
  mailbox.refuse(null);
  mailbox.stall(false);
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await api.close();
  await queue.close();
  await base.drop();
});

const work = async (options: Partial<WorkerOptions> = {}) => {
  const worker = await startTestWorker({ databaseUrl: base.url, smtpUrl: mailbox.smtpUrl, ...options });
  workers.push(worker);
  return worker;
};
const deadline = () => systemClock.monotonicMs() + 10_000;
const notice = (to = 'somebody@example.test') => ({
  kind: 'account_deleted' as const,
  noticeId: randomUUID(),
  to,
});
const addMail = (to?: string) => api.db.write(deadline(), (tx) => enqueueMail(tx, notice(to), null));
const addRaw = (payload: unknown, task = 'mail') =>
  queue.rows('SELECT graphile_worker.add_job($1, $2::json, max_attempts := 10)', [
    task,
    JSON.stringify(payload),
  ]);
const untilDone = () => expect.poll(() => queue.jobs(), { timeout: 30_000 }).toEqual([]);

describe('a job exists if and only if its transaction committed (G3)', () => {
  it('rolled back: neither job nor notice', async () => {
    await expect(
      api.db.write(deadline(), async (tx) => {
        await enqueueMail(tx, notice(), null);
        throw new Error('the event did not happen');
      }),
    ).rejects.toThrow('did not happen');
    expect(await queue.jobs()).toEqual([]);
    expect(await queue.rows('SELECT 1 FROM portcullis.notice')).toEqual([]);
  });

  it('not yet committed: no worker sees it; committed: it runs', async () => {
    await work();
    // The first job of a task writes the task's row, for which a second one would wait until the transaction ends.
    await addRaw({ kind: 'reset_password', noticeId: randomUUID(), accountId: null, linkEpoch: 0 });
    await untilDone();
    await api.db.write(deadline() + 20_000, async (tx) => {
      await enqueueMail(tx, notice(), null);
      await tx.flush();
      // A round of the worker that starts now and ends must not have found it.
      await addRaw({ kind: 'reset_password', noticeId: randomUUID(), accountId: null, linkEpoch: 0 });
      await untilDone();
      expect(mailbox.mails()).toEqual([]);
    });
    await untilDone();
    expect(mailbox.mails()).toHaveLength(1);
  });

  it('the connection dies before COMMIT: neither', async () => {
    await expect(
      api.db.write(deadline(), async (tx) => {
        await enqueueMail(tx, notice(), null);
        const [own] = await tx.execute<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
        await queue.rows('SELECT pg_terminate_backend($1)', [own?.pid]);
        await tx.flush();
      }),
    ).rejects.toThrow();
    expect(await queue.jobs()).toEqual([]);
    expect(await queue.rows('SELECT 1 FROM portcullis.notice')).toEqual([]);
  });
});

describe('failures', () => {
  it('are tried again with a growing pause, and leave a dead letter after the last attempt', async () => {
    mailbox.refuse(451);
    await addMail();
    const worker = await work();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await expect
        .poll(
          async () => {
            const [job] = await queue.jobs();
            return { attempts: job?.attempts, free: job?.locked_by === null };
          },
          { timeout: 30_000 },
        )
        .toEqual({ attempts: attempt, free: true });
      const [row] = await queue.rows<{ seconds: number }>(
        'SELECT extract(epoch FROM run_at - updated_at)::float8 AS seconds FROM graphile_worker._private_jobs',
      );
      pauses.push(row?.seconds ?? 0);
      await queue.hurry();
    }
    for (const [n, pause] of pauses.entries())
      expect(pause).toBeGreaterThan(n === 0 ? 1 : (pauses[n - 1] ?? 0));
    const [dead] = await queue.jobs();
    expect(dead).toMatchObject({ attempts: 10, max_attempts: 10, locked_by: null });
    expect(dead?.last_error).toBe('SmtpError: the mail server answered 451');
    // Nobody takes it again.
    mailbox.refuse(null);
    await addMail('another@example.test');
    await expect.poll(() => mailbox.mails().length, { timeout: 30_000 }).toBe(1);
    await expect
      .poll(() => queue.jobs(), { timeout: 30_000 })
      .toMatchObject([{ id: dead?.id, attempts: 10 }]);
    expect(worker.logs()).not.toContain('@example.test');
  });

  it('a payload that nobody can read is a dead letter at once, and its error names no value', async () => {
    const unreadable = [
      {},
      [],
      [{ kind: 'sign_up' }],
      'text with somebody@example.test',
      null,
      7,
      { kind: 'no_such_mail', noticeId: randomUUID() },
      { ...notice(), secret: 'somebody@example.test' },
      { ...notice(), noticeId: 'somebody@example.test' },
      { ...notice(), to: 'x'.repeat(255) },
    ];
    for (const payload of unreadable) await addRaw(payload);
    const worker = await work();
    await expect
      .poll(async () => (await queue.jobs()).map((job) => [job.attempts, job.locked_by]), { timeout: 30_000 })
      .toEqual(unreadable.map(() => [10, null]));
    for (const job of await queue.jobs()) {
      expect(job.last_error).toMatch(/^PoisonPayload: the payload is not understood/);
      expect(job.last_error).not.toContain('@');
    }
    expect(worker.logs()).not.toContain('somebody@example.test');
    expect(mailbox.mails()).toEqual([]);
  });

  it('an error of the database is kept without its statement and without addresses', async () => {
    await queue.rows(`CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'refused for %', 'o''brien=x@example.test' USING ERRCODE = 'P0001'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON portcullis.verification FOR EACH ROW EXECUTE FUNCTION public.refuse()`);
    const person = await makePerson(api);
    await requestPasswordReset(api.ctx(), { email: person.email });
    const worker = await work();
    await expect.poll(async () => (await queue.jobs())[0]?.last_error, { timeout: 30_000 }).toMatch(/P0001/);
    const [job] = await queue.jobs();
    expect(job?.last_error).not.toMatch(/INSERT|example\.test|brien/);
    expect(worker.logs()).not.toMatch(/INSERT INTO portcullis|example\.test|brien/);
  });
});

describe('two workers at once', () => {
  it('share a full queue; every mail goes out once', async () => {
    for (let n = 0; n < 60; n += 1) await addMail(`person-${n}@example.test`);
    await Promise.all([work(), work()]);
    await untilDone();
    const receivers = mailbox.mails().map((mail) => mail.to[0]?.Address);
    expect(receivers).toHaveLength(60);
    expect(new Set(receivers).size).toBe(60);
  });

  it('one that is taken for dead goes on: the second sender waits for it and sends nothing', async () => {
    await addMail();
    mailbox.stall(true);
    const first = await work();
    await expect
      .poll(() => queue.rows('SELECT 1 FROM portcullis.notice WHERE taken_at IS NOT NULL'))
      .toHaveLength(1);
    // What another worker does that looks while this one's presence is being renewed.
    const [job] = await queue.jobs();
    await queue.rows('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [job?.locked_by]);
    await work();
    await expect.poll(async () => (await queue.jobs())[0]?.attempts, { timeout: 30_000 }).toBe(2);
    mailbox.stall(false);
    await untilDone();
    expect(mailbox.mails()).toHaveLength(1);
    expect(first.logs()).toContain('"outcome":"sent"');
    expect(workers[1]?.logs()).not.toContain('"outcome":"sent"');
  });
});

describe('stopping', () => {
  it('finishes the jobs in hand and takes no more', async () => {
    mailbox.stall(true);
    await addMail('first@example.test');
    const worker = await work({ settings: { concurrency: 1 } });
    await expect
      .poll(() => queue.rows('SELECT 1 FROM portcullis.notice WHERE taken_at IS NOT NULL'))
      .toHaveLength(1);
    await addMail('second@example.test');
    const stopped = worker.stop();
    workers.length = 0;
    mailbox.stall(false);
    await stopped;
    expect(mailbox.mails().map((mail) => mail.to[0]?.Address)).toEqual(['first@example.test']);
    expect(await queue.jobs()).toMatchObject([{ attempts: 0, locked_by: null }]);
    // The server notices the end of a connection a moment after the client.
    await expect
      .poll(() =>
        queue.rows(
          `SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'portcullis worker%'`,
        ),
      )
      .toEqual([]);
  });

  it('ends also when it was told so before it had shown itself alive', async () => {
    const worker = await work();
    await worker.stop();
    workers.length = 0;
    expect(worker.isWorking()).toBe(false);
  });

  it('gives up what does not end in time, and leaves it free for others', async () => {
    mailbox.stall(true);
    await addMail();
    const worker = await work({ settings: { shutdownMs: 100 } });
    await expect
      .poll(() => queue.rows('SELECT 1 FROM portcullis.notice WHERE taken_at IS NOT NULL'))
      .toHaveLength(1);
    await worker.stop();
    workers.length = 0;
    expect(await queue.jobs()).toMatchObject([{ attempts: 1, locked_by: null }]);
    expect(await queue.rows('SELECT 1 FROM portcullis.notice WHERE taken_at IS NULL')).toHaveLength(1);
  });
});
