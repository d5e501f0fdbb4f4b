import { RevocationUnavailable } from './errors.ts';
import { isTrusted, type LeaseKeeper } from './lease.ts';
import type {
  Clock,
  GenerationSeen,
  Log,
  Outcome,
  PostgresBranch,
  Random,
  RevokingStore,
  SessionIndex,
  SessionStore,
  TrustedGeneration,
} from './ports.ts';

/** What a revoking write found under the lock: nothing to end, or how to end it. */
export type Decision<T> = { ends: false; value: T } | { ends: true; apply: () => Promise<T> };

/** The moments of P2, for tests that stop, kill or reorder a write there. */
export type RevokingStep =
  | 'locked'
  | 'shared'
  | 'effective'
  | 'decided'
  | 'fenced'
  | 'applied'
  | 'committed'
  | 'released';

export interface RevokerParts<Tx, Account> {
  lease: LeaseKeeper;
  index: SessionIndex;
  store: SessionStore;
  revoking: RevokingStore<Tx, Account>;
  clock: Clock;
  random: Random;
  log: Log;
  /** Awaited at each step; absent outside tests. */
  at?: (step: RevokingStep, accountId: string) => Promise<void>;
}

/** Not an error of the write: the attempt ends and the next one begins after a pause. */
class NotYet extends Error {}

const branchOf = ({ history, generation }: GenerationSeen): PostgresBranch => ({
  ...history,
  generation: generation.name,
});

const PAUSE_MS = 100;
const RELEASE_ATTEMPTS = 3;

interface Fence {
  generation: TrustedGeneration;
  nonce: string;
}

/** One attempt's own facts, filled in by the transaction as it goes. */
interface Attempt<T> {
  seen: GenerationSeen | null;
  /** What `apply` returned: the answer, should the commit turn out to have happened. */
  result: { value: T } | null;
  fence: Fence | null;
  /** Fences of tries that Postgres rolled back and the store ran again, as after a deadlock. */
  left: Fence[];
}

/**
 * P2: everything after which some session that was live is not. The Postgres commit is the moment it takes effect;
 * the fence before it and the release after it keep every index honest around that moment.
 */
export class Revoker<Tx, Account> {
  readonly #parts: RevokerParts<Tx, Account>;

  constructor(parts: RevokerParts<Tx, Account>) {
    this.#parts = parts;
  }

  /**
   * Runs `decide` with the account's row locked (null: no such account), then what it decided.
   *
   * `decide` and `apply` may run several times, each in a transaction of its own; only the last one commits.
   * @param deadlineMs on the monotonic clock; nothing but COMMIT outlasts it.
   * @throws RevocationUnavailable when the write could not be done, or not be known to be done, in time. Whatever
   * `decide` or `apply` throws comes out as it is, after the rollback.
   */
  async revoking<T>(
    accountId: string,
    deadlineMs: number,
    decide: (tx: Tx, account: Account | null) => Promise<Decision<T>>,
  ): Promise<T> {
    let last: unknown;
    while (this.#parts.clock.monotonicMs() < deadlineMs) {
      const attempt: Attempt<T> = { seen: null, result: null, fence: null, left: [] };
      const outcome = await this.#parts.revoking.transaction(deadlineMs, (tx) =>
        this.#attempt(tx, accountId, attempt, decide),
      );
      for (const fence of attempt.left) this.#releaseRolledBack(accountId, fence);
      const settled = await this.#settle(outcome, attempt, deadlineMs);
      if (settled.kind === 'committed') {
        await this.#at('committed', accountId);
        await this.#releaseCommitted(accountId, attempt.fence);
        return settled.value;
      }
      // Rolled back for certain: the fence of this attempt guards nothing any more.
      if (attempt.fence) this.#releaseRolledBack(accountId, attempt.fence);
      if (!(settled.error instanceof NotYet)) throw settled.error;
      last = settled.error.cause ?? settled.error;
      this.#parts.lease.hurry();
      await this.#parts.clock.sleep(PAUSE_MS);
    }
    throw new RevocationUnavailable('the index could not be fenced in time', false, last);
  }

  async #attempt<T>(
    tx: Tx,
    accountId: string,
    attempt: Attempt<T>,
    decide: (tx: Tx, account: Account | null) => Promise<Decision<T>>,
  ): Promise<T> {
    const { revoking, lease, index, random } = this.#parts;
    if (attempt.fence) attempt.left.push(attempt.fence);
    Object.assign(attempt, { seen: null, result: null, fence: null });
    const account = await revoking.lockAccount(tx, accountId);
    await this.#at('locked', accountId);
    await revoking.shareGeneration(tx);
    await this.#at('shared', accountId);
    const seen = await revoking.readGeneration(tx);
    attempt.seen = seen;
    // Before the commit, never after it: else somebody reads "revoked" in Postgres while a lease still says "live" (G2).
    if (!lease.effective(seen)) throw new NotYet('the generation of the index is not effective yet');
    await this.#at('effective', accountId);
    const decision = await decide(tx, account);
    await this.#at('decided', accountId);
    if (!decision.ends) {
      attempt.result = { value: decision.value };
      return decision.value;
    }
    if (isTrusted(seen.generation)) {
      attempt.fence = { generation: seen.generation, nonce: random.token(12) };
      try {
        await index.fence(attempt.fence.generation, accountId, attempt.fence.nonce);
      } catch (cause) {
        throw new NotYet('the fence was not acknowledged', { cause });
      }
    }
    await this.#at('fenced', accountId);
    const value = await decision.apply();
    attempt.result = { value };
    await this.#at('applied', accountId);
    return value;
  }

  /** P2 step 7: an unanswered COMMIT is settled by asking the branch of history on which it ran, or stays unknown. */
  async #settle<T>(
    outcome: Outcome<T>,
    attempt: Attempt<T>,
    deadlineMs: number,
  ): Promise<{ kind: 'committed'; value: T } | { kind: 'rolled_back'; error: unknown }> {
    if (outcome.kind !== 'unknown') return outcome;
    const unknown = new RevocationUnavailable('the commit was not answered', true, outcome.error);
    if (attempt.seen === null || attempt.result === null) throw unknown;
    while (this.#parts.clock.monotonicMs() < deadlineMs) {
      const status = await this.#parts.store
        .transactionStatus(attempt.seen.xid, branchOf(attempt.seen))
        .catch(() => 'in_progress' as const);
      if (status === 'committed') return { kind: 'committed', value: attempt.result.value };
      if (status === 'aborted')
        return {
          kind: 'rolled_back',
          error: new RevocationUnavailable('the transaction was aborted', false, outcome.error),
        };
      if (status === 'unknown') throw unknown;
      await this.#parts.clock.sleep(PAUSE_MS);
    }
    throw unknown;
  }

  async #releaseCommitted(accountId: string, fence: Fence | null): Promise<void> {
    if (fence === null) return;
    let cause: unknown;
    for (let tries = 0; tries < RELEASE_ATTEMPTS; tries += 1) {
      try {
        await this.#parts.index.release(fence.generation, accountId, [fence.nonce]);
        await this.#at('released', accountId);
        return;
      } catch (error) {
        cause = error;
        await this.#parts.clock.sleep(PAUSE_MS);
      }
    }
    throw new RevocationUnavailable('the fence could not be released', true, cause);
  }

  #releaseRolledBack(accountId: string, fence: Fence): void {
    this.#parts.index.release(fence.generation, accountId, [fence.nonce]).catch((error: unknown) => {
      // It stays and sends verifications to Postgres until a heal meets it (P4).
      this.#parts.log.warn({ err: error }, 'a fence was left after a rollback');
    });
  }

  async #at(step: RevokingStep, accountId: string): Promise<void> {
    await this.#parts.at?.(step, accountId);
  }
}
