/** Postgres's row locks (manual §13.3.2) and advisory locks, with the table that says which exclude each other. */

export type LockMode =
  | 'KEY SHARE'
  | 'SHARE'
  | 'NO KEY UPDATE'
  | 'UPDATE'
  | 'ADVISORY SHARED'
  | 'ADVISORY EXCLUSIVE';

const EXCLUDES: Record<LockMode, readonly LockMode[]> = {
  'KEY SHARE': ['UPDATE'],
  SHARE: ['NO KEY UPDATE', 'UPDATE'],
  'NO KEY UPDATE': ['SHARE', 'NO KEY UPDATE', 'UPDATE'],
  UPDATE: ['KEY SHARE', 'SHARE', 'NO KEY UPDATE', 'UPDATE'],
  'ADVISORY SHARED': ['ADVISORY EXCLUSIVE'],
  'ADVISORY EXCLUSIVE': ['ADVISORY SHARED', 'ADVISORY EXCLUSIVE'],
};

interface Held<Owner> {
  owner: Owner;
  key: string;
  mode: LockMode;
}

/**
 * Who holds what. Postgres queues some waiters and lets others barge; here any waiter whose lock has become free may
 * be next, which allows every order that Postgres allows.
 */
export class LockTable<Owner extends object> {
  #held: Held<Owner>[] = [];

  isFree(owner: Owner, key: string, mode: LockMode): boolean {
    return this.#held.every(
      (held) => held.owner === owner || held.key !== key || !EXCLUDES[mode].includes(held.mode),
    );
  }

  take(owner: Owner, key: string, mode: LockMode): void {
    if (!this.#held.some((held) => held.owner === owner && held.key === key && held.mode === mode))
      this.#held.push({ owner, key, mode });
  }

  releaseAll(owner: Owner): void {
    this.#held = this.#held.filter((held) => held.owner !== owner);
  }

  clear(): void {
    this.#held = [];
  }

  entries(): readonly Held<Owner>[] {
    return this.#held;
  }
}
