import type { CleanUpDeps } from './policy.ts';

// Addresses in the payload of a mail that nobody could deliver must not stay for ever, and without its notice the job
// could do nothing any more. Clean-up leaves one for every run that fails: an hour of them tells enough.
const DISCARD = `
SELECT count(*)::int AS n FROM graphile_worker.complete_jobs(ARRAY(
  SELECT id FROM graphile_worker.jobs WHERE attempts >= max_attempts AND locked_at IS NULL
    AND updated_at < now() - (CASE task_identifier WHEN 'clean_up' THEN least(3600, ?::int) ELSE ?::int END) * interval '1 second'
  ORDER BY id LIMIT ?::int))`;

/** Removes dead letters that are as old as the notices that outlive their mails. @returns how many */
export const discardOldDeadLetters = async (deps: CleanUpDeps, signal: AbortSignal): Promise<number> => {
  const { db, clock, policy } = deps;
  const values = [policy.noticeSeconds, policy.noticeSeconds, policy.batch];
  let total = 0;
  for (let n = 0; n < policy.batches && !signal.aborted; n += 1) {
    const rows = await db.write(clock.monotonicMs() + policy.statementMs, (tx) =>
      tx.execute<{ n: number }[]>(DISCARD, values),
    );
    const gone = Number(rows[0]?.n ?? 0);
    total += gone;
    if (gone < policy.batch) break;
  }
  return total;
};
