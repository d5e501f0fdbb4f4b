import { addAuditMonths, dropAuditMonths } from './audit-months.ts';
import { discardOldDeadLetters } from './dead-letters.ts';
import { removeDeadLeases } from './leases.ts';
import type { CleanUpDeps } from './policy.ts';
import { type CleanUpStep, deleteBatch, STEPS } from './steps.ts';

/** What was removed or added, by step; a step that failed is missing. */
export type CleanedUp = Record<string, number>;

/**
 * Removes what is past its retention, in batches that lock only what they delete and pass over what is locked. A step
 * that fails is logged and left to the next run: one table must not keep the others full.
 * @throws Error when any step failed, after all were tried
 */
export const cleanUp = async (deps: CleanUpDeps, signal: AbortSignal): Promise<CleanedUp> => {
  const done: CleanedUp = {};
  const failed: string[] = [];
  const step = async (name: string, work: () => Promise<number>): Promise<void> => {
    if (signal.aborted) return;
    try {
      done[name] = await work();
    } catch (error) {
      failed.push(name);
      deps.log.warn({ err: error, step: name }, 'a table could not be cleaned up');
    }
  };
  // First, so that no failure of a removal leaves the next month without a partition.
  await step('audit months ahead', () => addAuditMonths(deps));
  for (const one of STEPS) await step(one.name, () => removeAll(deps, one, signal));
  await step('audit months', () => dropAuditMonths(deps));
  await step('leases', () => removeDeadLeases(deps, signal));
  await step('dead letters', () => discardOldDeadLetters(deps, signal));
  deps.log.info(
    { done: Object.fromEntries(Object.entries(done).filter(([, n]) => n > 0)) },
    signal.aborted ? 'cleaning up was stopped' : 'cleaned up',
  );
  if (failed.length > 0) throw new Error(`not cleaned up: ${failed.join(', ')}`);
  return done;
};

const removeAll = async (deps: CleanUpDeps, step: CleanUpStep, signal: AbortSignal): Promise<number> => {
  const { db, clock, policy } = deps;
  const sql = deleteBatch(step);
  let total = 0;
  for (let n = 0; n < policy.batches && !signal.aborted; n += 1) {
    const rows = await db.write(clock.monotonicMs() + policy.statementMs, (tx) =>
      tx.execute<{ n: number }[]>(sql, [step.age(policy), policy.batch]),
    );
    const gone = Number(rows[0]?.n ?? 0);
    total += gone;
    if (gone < policy.batch) break;
  }
  return total;
};
