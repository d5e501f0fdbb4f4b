import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase } from '../support/template.ts';
import { QueueView, startTestWorker } from '../support/worker.ts';

const PATIENT = { timeout: 60_000 };
const LONG = 120_000;

let base: TestDatabase;
let mailbox: Mailbox;
let queue: QueueView;

beforeAll(async () => {
  base = await freshDatabase();
  mailbox = await startMailbox();
  queue = new QueueView(base.url);
}, LONG);
afterAll(async () => {
  await queue.close();
  await mailbox.stop();
  await base.drop();
}, LONG);

/** Every job that fails cannot be written back, each for itself, as when its connection is ended under it. */
const refuseFailures = () =>
  queue.rows(`
    CREATE FUNCTION public.refuse_failure() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.2); RAISE EXCEPTION 'the failure of job % is refused', NEW.id; END $$;
    CREATE TRIGGER refuse_failure BEFORE UPDATE ON graphile_worker._private_jobs
      FOR EACH ROW WHEN (NEW.last_error IS DISTINCT FROM OLD.last_error) EXECUTE FUNCTION public.refuse_failure()`);
const allowFailures = () => queue.rows('DROP FUNCTION public.refuse_failure() CASCADE');

it(
  'two jobs fail while a third goes on, and Postgres takes neither failure: the worker starts anew and does them all',
  async () => {
    const people = ['first@example.test', 'second@example.test', 'slow@example.test'];
    const sent = new Set<string>();
    let failures = () => 0;
    const worker = await startTestWorker({
      databaseUrl: base.url,
      smtpUrl: mailbox.smtpUrl,
      settings: { concurrency: people.length },
      wrapSender: (real) => ({
        send: async (mail, signal) => {
          const isFirstTry = !sent.has(mail.to);
          sent.add(mail.to);
          await expect.poll(() => sent.size, PATIENT).toBe(people.length);
          if (!isFirstTry) return real.send(mail, signal);
          if (mail.to !== 'slow@example.test') {
            // Apart, or the library would write both in one statement.
            if (mail.to === 'second@example.test') await new Promise((resolve) => setTimeout(resolve, 50));
            throw new Error('the mail server went away');
          }
          await expect.poll(failures, PATIENT).toBe(2);
          return real.send(mail, signal);
        },
      }),
    });
    failures = () => worker.logs().match(/Failed to fail jobs/g)?.length ?? 0;
    try {
      await refuseFailures();
      for (const to of people) await queue.addMail(to);
      await expect.poll(failures, PATIENT).toBe(2);
      await allowFailures();
      await expect
        .poll(async () => {
          await queue.hurry();
          return mailbox.mails().map(({ to }) => to[0]?.Address);
        }, PATIENT)
        .toEqual(expect.arrayContaining(people));
      expect(worker.isWorking()).toBe(true);
    } finally {
      await worker.stop();
    }
  },
  LONG,
);
