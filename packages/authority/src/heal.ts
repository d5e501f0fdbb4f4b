import { isTrusted, type LeaseKeeper } from './lease.ts';
import type { Clock, GenerationStore, Log, SessionIndex, SessionStore, TrustedGeneration } from './ports.ts';

export interface HealerParts {
  lease: LeaseKeeper;
  index: SessionIndex;
  store: SessionStore & GenerationStore;
  clock: Clock;
  log: Log;
}

/** At most so many heals at once: they use the verifiers' connections, which live sessions need more. */
const HEALS_AT_ONCE = 2;

/**
 * P4: removes fences whose writer is gone. The row lock proves that no revoking write of the account is in flight,
 * however long ago the fence was set: no timer is involved. A heal never fills. It needs no truth of its own: the
 * verification that met the fence reads it in a statement that it sends after its READ, locked or not.
 */
export class Healer {
  readonly #parts: HealerParts;
  readonly #running = new Set<string>();
  #stopped = false;

  constructor(parts: HealerParts) {
    this.#parts = parts;
  }

  /** Tries once in the background; skipped when this account is being healed or enough heals run. */
  attempt(generation: TrustedGeneration, accountId: string, nonces: readonly string[]): void {
    if (this.#stopped || this.#running.has(accountId) || this.#running.size >= HEALS_AT_ONCE) return;
    void this.heal(generation, accountId, nonces).catch((error: unknown) =>
      this.#parts.log.warn({ err: error }, 'a fence could not be healed yet'),
    );
  }

  /** True when the fences were released; false when a revoking write holds the account. */
  async heal(generation: TrustedGeneration, accountId: string, nonces: readonly string[]): Promise<boolean> {
    this.#running.add(accountId);
    try {
      return await this.#parts.store.whileNobodyRevokes(accountId, () =>
        this.#parts.index.release(generation, accountId, nonces),
      );
    } finally {
      this.#running.delete(accountId);
    }
  }

  /** One walk over the current generation for fences that nobody meets; resolves to how many were healed. */
  async sweep(): Promise<number> {
    const trust = this.#parts.lease.trust();
    if (trust === null || !isTrusted(trust.generation)) return 0;
    let healed = 0;
    for await (const { accountId, nonces } of this.#parts.index.fenced(trust.generation)) {
      if (this.#stopped) break;
      if (await this.heal(trust.generation, accountId, nonces)) healed += 1;
    }
    return healed;
  }

  /** Removes what the index still holds of retired generations; resolves to how many keys. */
  async removeRetired(): Promise<number> {
    return this.#parts.index.removeOthers(() => this.#parts.store.currentGeneration());
  }

  /** Sweeps every `everyMs` until `stop`. */
  async run(everyMs: number): Promise<void> {
    while (!this.#stopped) {
      await this.#parts.clock.sleep(everyMs);
      if (this.#stopped) return;
      await this.sweep().catch((error: unknown) =>
        this.#parts.log.warn({ err: error }, 'the sweep for fences failed'),
      );
      // Again and again: a fence that was given up may run long after its generation was retired.
      await this.removeRetired().catch((error: unknown) =>
        this.#parts.log.warn({ err: error }, 'keys of retired generations could not be removed yet'),
      );
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}
