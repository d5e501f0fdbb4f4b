import { type Fault, healing } from './fault.ts';

/** Whatever waits in the queue comes once more, some of it later than the first time. */
const TWICE = `
SELECT graphile_worker.add_job('mail', j.payload, run_at => now() + random() * interval '3 seconds', max_attempts => 5)
FROM (SELECT payload FROM graphile_worker._private_jobs ORDER BY id DESC LIMIT 20) j`;

/** Payloads that no program of this version has written; each fails for good at its first attempt. */
const BROKEN = `
SELECT graphile_worker.add_job('mail', payload::json, max_attempts => 1)
FROM unnest(ARRAY['{}', '[]', '{"kind":"nobody knows"}', '{"kind":"password_reset","to":7}']) AS payload`;

export const jobFaults: readonly Fault[] = [
  {
    name: 'jobs come twice, late and broken',
    covers: ['FI-17'],
    group: 'processes and lines',
    weight: 1,
    run: async ({ stack, random, hold }) => {
      const { mailbox, postgres } = stack;
      // Jobs are done in an instant: held up, some are there to be doubled.
      await healing(
        async () => {
          mailbox.stall(true);
          await hold(random.between(500, 1_500));
          await postgres.asAdmin(async (client) => {
            await client.query(BROKEN);
            await client.query(TWICE);
          });
        },
        () => mailbox.stall(false),
      );
    },
  },
];
