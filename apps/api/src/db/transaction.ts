import { IsolationLevel, type MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import type { Outcome } from '@portcullis/authority/ports';
import { DeadlinePassed } from './outage.ts';
import { type AttemptState, attempts, CommitUnknown } from './unit-of-work-client.ts';

/** The handle of one transaction. All SQL of a step goes through it: `tx.getConnection()` is another connection. */
export type Tx = SqlEntityManager;

/** Serialization failure, deadlock, lock timeout: nothing happened and another attempt may succeed. */
const RETRYABLE = new Set(['40001', '40P01', '55P03']);

export interface TransactionClock {
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/**
 * One unit of work: a clean fork, READ COMMITTED, flush, COMMIT issued here and its tag checked. The only place that
 * begins or commits. `work` may run again in another attempt and must not touch anything but `tx`.
 *
 * The deadline ends everything but COMMIT: before it, the connection is dropped and COMMIT is never sent; after it,
 * the outcome is unknown and the commit goes on by itself.
 */
const attemptTransaction = async <T>(
  orm: MikroORM,
  clock: TransactionClock,
  deadlineMs: number,
  work: (tx: Tx) => Promise<T>,
): Promise<Outcome<T>> => {
  const state: AttemptState = { abandoned: false, commitSent: false, destroy: null };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome<T>>((resolve) => {
    timer = setTimeout(
      () => {
        const error = new DeadlinePassed('the deadline of the request passed');
        if (state.commitSent) return resolve({ kind: 'unknown', error });
        state.abandoned = true;
        state.destroy?.();
        resolve({ kind: 'rolled_back', error });
      },
      Math.max(0, deadlineMs - clock.monotonicMs()),
    );
  });
  try {
    return await Promise.race([attempts.run(state, () => run(orm, state, work)), late]);
  } finally {
    clearTimeout(timer);
  }
};

const run = async <T>(
  orm: MikroORM,
  state: AttemptState,
  work: (tx: Tx) => Promise<T>,
): Promise<Outcome<T>> => {
  const tx = orm.em.fork({ clear: true });
  try {
    await tx.begin({ isolationLevel: IsolationLevel.READ_COMMITTED });
  } catch (error) {
    return { kind: 'rolled_back', error };
  }
  try {
    // A connection that came too late: whoever asked has gone on, and work of this attempt would be nobody's (P2).
    if (state.abandoned) throw new Error('the connection came after the deadline');
    const value = await work(tx);
    await tx.commit();
    return { kind: 'committed', value };
  } catch (error) {
    // Ends the transaction where it still stands; after an unknown commit it only gives the connection back.
    await tx.rollback().catch(() => undefined);
    if (error instanceof CommitUnknown) return { kind: 'unknown', error };
    return {
      kind: 'rolled_back',
      error: state.abandoned
        ? new DeadlinePassed('the deadline of the request passed', { cause: error })
        : error,
    };
  }
};

/** Attempts until one does not fail for a reason that goes away by itself, within the deadline. */
export const retryingTransaction = async <T>(
  orm: MikroORM,
  clock: TransactionClock,
  deadlineMs: number,
  work: (tx: Tx) => Promise<T>,
): Promise<Outcome<T>> => {
  for (let tries = 1; ; tries += 1) {
    const outcome = await attemptTransaction(orm, clock, deadlineMs, work);
    if (outcome.kind !== 'rolled_back' || !RETRYABLE.has(String(codeOf(outcome.error)))) return outcome;
    const pauseMs = Math.min(10 * 2 ** Math.min(tries, 5), 200);
    if (clock.monotonicMs() + pauseMs >= deadlineMs) return outcome;
    await clock.sleep(pauseMs);
  }
};
