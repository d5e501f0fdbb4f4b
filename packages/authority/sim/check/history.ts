/** What clients saw: when each operation began and ended, and what came out. */

export type Input =
  | { kind: 'verify'; sessionId: string }
  | { kind: 'sign in'; password: string }
  | { kind: 'issue link'; linkId: string }
  | { kind: 'reset'; linkId: string; password: string }
  | { kind: 'revoke one'; callerId: string; sessionId: string }
  | { kind: 'revoke others'; callerId: string }
  | { kind: 'revoke all'; callerId: string }
  | { kind: 'change password'; callerId: string; password: string; renewed: string }
  | { kind: 'disable' }
  | { kind: 'enable' };

export type Outcome =
  /** Verify: the session is live. */
  | { kind: 'live'; source: 'index' | 'store' }
  /** Verify: it is not. For a write: the caller's session is not. */
  | { kind: 'dead'; reason?: string }
  /** `endedNone`: what was to be ended was over already. */
  | { kind: 'done'; sessionId?: string; endedNone?: true }
  /** A wrong password or link. */
  | { kind: 'refused' }
  /** The right password of an account that is disabled. */
  | { kind: 'disabled' }
  /** The epoch moved between the proof and the insert: told like a wrong password. */
  | { kind: 'overtaken' }
  /** For certain nothing happened. */
  | { kind: 'unavailable' }
  /** Nobody knows: it may have happened, may still happen, or never will. */
  | { kind: 'unknown' }
  /** Something that no answer allows for: a bug by itself. */
  | { kind: 'crashed'; error: string };

export interface Operation {
  readonly id: number;
  readonly accountId: string;
  /** Client and instance. */
  readonly by: string;
  readonly input: Input;
  /** Places in the one order of all beginnings and ends. */
  readonly invoked: number;
  returned: number | null;
  /** The same by the database's clock. */
  readonly invokedMs: number;
  returnedMs: number;
  /** Null while it runs, and for ever when its process died. */
  outcome: Outcome | null;
  /** Its account's fence had been lost with its key when this began or ended: G2 does not hold then (spec §5). */
  excused: boolean;
}

/** Until when a session lasted by the database's clock, unless it is used, from this place in the history on. */
interface End {
  from: number;
  ms: number;
}

export class History {
  readonly operations: Operation[] = [];
  readonly ends = new Map<string, End[]>();
  /** When the database's clock was stepped. */
  readonly steps: number[] = [];
  databaseNowMs: () => number = () => 0;
  #place = 0;
  /** Accounts whose committed writes a fail-over lost, and when: Postgres's own durability is no promise of ours. */
  readonly rolledBack = new Map<string, number>();
  /** Fences that vanished with their key while their writer was at work, by account. */
  readonly unguarded = new Map<string, Set<string>>();

  now(): number {
    return this.#place;
  }

  invoke(accountId: string, by: string, input: Input): Operation {
    this.#place += 1;
    const operation: Operation = {
      id: this.operations.length + 1,
      accountId,
      by,
      input,
      invoked: this.#place,
      invokedMs: this.databaseNowMs(),
      returnedMs: 0,
      returned: null,
      outcome: null,
      excused: this.#isUnguarded(accountId),
    };
    this.operations.push(operation);
    return operation;
  }

  return(operation: Operation, outcome: Outcome): void {
    this.#place += 1;
    operation.returned = this.#place;
    operation.returnedMs = this.databaseNowMs();
    operation.outcome = outcome;
    operation.excused ||= this.#isUnguarded(operation.accountId);
  }

  /** A commit says until when this session lasts from now on. */
  sessionEnds(sessionId: string, ms: number): void {
    this.#place += 1;
    this.ends.set(sessionId, [...(this.ends.get(sessionId) ?? []), { from: this.#place, ms }]);
  }

  databaseClockStepped(): void {
    this.#place += 1;
    this.steps.push(this.#place);
  }

  /** A fail-over undid commits of this account: what comes after is another story. */
  rollBack(accountId: string): void {
    this.#place += 1;
    if (!this.rolledBack.has(accountId)) this.rolledBack.set(accountId, this.#place);
  }

  /** A fence vanished with its key while its writer was at work; whatever runs now may see what it hid. */
  unguard(accountId: string, nonce: string): void {
    const nonces = this.unguarded.get(accountId) ?? new Set();
    this.unguarded.set(accountId, nonces.add(nonce));
    for (const operation of this.operations)
      if (operation.accountId === accountId && operation.returned === null) operation.excused = true;
  }

  #isUnguarded(accountId: string): boolean {
    return (this.unguarded.get(accountId)?.size ?? 0) > 0;
  }
}

export const describe = ({ id, accountId, by, input, invoked, returned, outcome }: Operation): string => {
  const { kind, ...rest } = input;
  const facts = Object.values(rest).join(' ');
  const end = outcome === null ? 'never returned' : Object.values(outcome).join(' ');
  return `#${id} ${accountId} ${by}: ${kind} ${facts} [${invoked}–${returned ?? '…'}] → ${end}`;
};
