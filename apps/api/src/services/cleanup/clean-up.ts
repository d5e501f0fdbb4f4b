import type { Database } from '../../db/database.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { CleanUpPolicy } from './policy.ts';
import { type CleanUpStep, deleteBatch, STEPS } from './steps.ts';

export interface CleanUpDeps {
  db: Database;
  clock: Clock;
  log: Logger;
  policy: CleanUpPolicy;
}

/** Rows removed, by step; a step that failed is missing. */
export type CleanedUp = Record<string, number>;

// This month's and the next two: an insert always finds a partition of its own, also when a worker was away for weeks.
const MONTHS_AHEAD = `
SELECT portcullis.audit_month((date_trunc('month', now()) + n * interval '1 month')::date) FROM generate_series(0, 2) AS n`;

const OLD_MONTHS = `
SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'portcullis.audit_event'::regclass AND c.relname ~ '^audit_event_\\d{4}_\\d{2}$'
  AND to_date(right(c.relname, 7), 'YYYY_MM') < date_trunc('month', now()) - ?::int * interval '1 month'`;

/**
 * Removes what is past its retention, in batches that lock only what they delete and pass over what is locked. A step
 * that fails is logged and left to the next run: one table must not keep the others full.
 * @throws Error when any step failed, after all were tried
 */
export const cleanUp = async (deps: CleanUpDeps, signal: AbortSignal): Promise<CleanedUp> => {
  const removed: CleanedUp = {};
  const failed: string[] = [];
  const step = async (name: string, work: () => Promise<number>): Promise<void> => {
    if (signal.aborted) return;
    try {
      removed[name] = await work();
    } catch (error) {
      failed.push(name);
      deps.log.warn({ err: error, step: name }, 'a table could not be cleaned up');
    }
  };
  for (const one of STEPS) await step(one.name, () => removeAll(deps, one, signal));
  await step('audit months ahead', () => addMonths(deps));
  await step('audit months', () => dropMonths(deps));
  deps.log.info(
    { removed: Object.fromEntries(Object.entries(removed).filter(([, n]) => n > 0)) },
    'cleaned up',
  );
  if (failed.length > 0) throw new Error(`not cleaned up: ${failed.join(', ')}`);
  return removed;
};

const removeAll = async (deps: CleanUpDeps, step: CleanUpStep, signal: AbortSignal): Promise<number> => {
  const { policy } = deps;
  let total = 0;
  for (let n = 0; n < policy.batches && !signal.aborted; n += 1) {
    const rows = await write(deps, deleteBatch(step), [step.age(policy), policy.batch]);
    const gone = Number(rows[0]?.['n'] ?? 0);
    total += gone;
    if (gone < policy.batch) break;
  }
  return total;
};

const addMonths = async (deps: CleanUpDeps): Promise<number> => {
  await write(deps, MONTHS_AHEAD, []);
  return 0;
};

/** Whole months at a time: a partition goes at once, whatever it holds. */
const dropMonths = async (deps: CleanUpDeps): Promise<number> => {
  const { auditMonths } = deps.policy;
  if (auditMonths === null) return 0;
  const months = await write(deps, OLD_MONTHS, [auditMonths]);
  for (const { name } of months) await write(deps, `DROP TABLE portcullis.${String(name)}`, []);
  return months.length;
};

const write = (deps: CleanUpDeps, sql: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
  deps.db.write(deps.clock.monotonicMs() + deps.policy.statementMs, (tx) =>
    tx.execute<Record<string, unknown>[]>(sql, values),
  );
