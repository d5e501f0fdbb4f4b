import { isTrusted, type LeaseKeeper } from './lease.ts';
import type { Clock, Log, SessionIndex, SessionStore, TrustedGeneration } from './ports.ts';

export interface HealerParts {
  lease: LeaseKeeper;
  index: SessionIndex;
  store: SessionStore;
  clock: Clock;
  log: Log;
}

/** At most so many heals at once: they use the verifiers' connections, which live sessions need more. */
const HEALS_AT_ONCE = 2;

/**
 * P4: removes fences whose writer is gone. The row lock proves that no revoking write of the account is in flight,
 * however long ago the fence was set: no timer is involved. A heal never fills.
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

  /** Sweeps every `everyMs` until `stop`. */
  async run(everyMs: number): Promise<void> {
    while (!this.#stopped) {
      await this.#parts.clock.sleep(everyMs);
      if (this.#stopped) return;
      await this.sweep().catch((error: unknown) =>
        this.#parts.log.warn({ err: error }, 'the sweep for fences failed'),
      );
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}
