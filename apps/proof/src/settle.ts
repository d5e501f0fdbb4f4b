import { createTally } from './load/tally.ts';
import type { ProofStack } from './stack/stack.ts';
import { pause } from '@portcullis/devstack/wait';

const RECOVER_MS = 40_000;
const DRAIN_MS = 20_000;
const LOOK_MS = 200;

/** Whether every process is ready again in time, now that nothing is in its way. */
export const recover = async (stack: ProofStack): Promise<boolean> => {
  const deadline = performance.now() + RECOVER_MS;
  const programs = [...stack.instances.map(({ program }) => program), stack.worker.program];
  for (const program of programs) await program.start();
  while (performance.now() < deadline) {
    const ready = await Promise.all(programs.map((program) => program.isReady()));
    if (ready.every(Boolean)) return true;
    await pause(250);
  }
  return false;
};

/** Counts the mails that arrive: the mailbox keeps the newest thousand only. */
export const countMails = ({ mailbox }: ProofStack): (() => { received: number; copies: number }) => {
  const known = new Set<string>();
  const seen = createTally();
  const count = () => {
    for (const { id, messageId } of mailbox.mails()) {
      if (known.has(id)) break;
      known.add(id);
      seen.add(messageId);
    }
  };
  const timer = setInterval(count, LOOK_MS);
  return () => {
    clearInterval(timer);
    count();
    const copies = Object.values(seen.all()).filter((times) => times > 1).length;
    return { received: seen.sum(), copies };
  };
};

const UNSENT = 'SELECT count(*)::int AS n FROM portcullis.notice WHERE sent_at IS NULL';
// A job that failed is tried again later and later: here it need not wait for that.
const HURRY =
  'UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL AND run_at > now()';

/** @returns how many notices were not sent although there was time */
export const drainMails = async ({ postgres }: ProofStack): Promise<number> => {
  const deadline = performance.now() + DRAIN_MS;
  for (;;) {
    const left = await postgres.asAdmin(async (client) => {
      await client.query(HURRY);
      const { rows } = await client.query<{ n: number }>(UNSENT);
      return rows[0]?.n ?? 0;
    });
    if (left === 0 || performance.now() > deadline) return left;
    await pause(1_000);
  }
};
