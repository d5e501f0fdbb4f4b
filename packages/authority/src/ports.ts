/** What the protocol asks of the outside. The simulator implements these with fakes that keep their real semantics. */

export interface Clock {
  /** Milliseconds that never step back; counts only while this process may run. */
  monotonicMs(): number;
  /** Milliseconds since the epoch on this machine; compared with the monotonic clock only to notice a suspended machine. */
  wallMs(): number;
  sleep(ms: number): Promise<void>;
}

export interface Random {
  /** `bytes` random bytes as base64url. */
  token(bytes: number): string;
  /** Uniform in [0, 1): for jitter, never for secrets. */
  fraction(): number;
}

/** One name space of the index and the Redis histories it was filled under (spec: generation). */
export interface Generation {
  name: string;
  /** `master_replid` of every primary whose values count, or null: nobody trusts an index (P6). */
  replicationIds: readonly string[] | null;
}

/** A Postgres server's past: where its timeline came from. A fail-over or a restore changes it. */
export interface PostgresHistory {
  systemId: string;
  timeline: string;
}

/**
 * A history and the generation that was registered on it. Two fail-overs may choose the same number for their timeline
 * and give out the same transaction ids; a generation's random name is committed on one of them only.
 */
export interface PostgresBranch extends PostgresHistory {
  generation: string;
}

/** What the index may hold about a live session; times in milliseconds of the database's clock. */
export interface LiveSession {
  sessionId: string;
  accountId: string;
  createdAt: number;
  authenticatedAt: number;
  lastSeenAt: number;
  idleExpiresAt: number;
  expiresAt: number;
}

/** What Postgres knows of a session at the moment it was asked. */
export type Truth =
  | { kind: 'live'; session: LiveSession }
  | { kind: 'expired'; session: LiveSession }
  | { kind: 'revoked' }
  | { kind: 'missing' };

/** The index's word on one session: READ of spec §3. */
export type IndexAnswer =
  | { kind: 'decisive'; fact: LiveSession | 'revoked' }
  | { kind: 'fenced'; nonces: readonly string[] }
  | { kind: 'leased' }
  | { kind: 'untrusted' }
  | { kind: 'unreachable' };

export interface TrustedGeneration extends Generation {
  replicationIds: readonly string[];
}

export interface SessionIndex {
  /** Never rejects: an error is `unreachable`. */
  read(
    generation: TrustedGeneration,
    accountId: string,
    sessionId: string,
    nonce: string,
  ): Promise<IndexAnswer>;
  /** Best effort, compare-and-set on the fill nonce; never rejects. */
  fill(
    generation: TrustedGeneration,
    nonce: string,
    accountId: string,
    sessionId: string,
    fact: LiveSession | 'revoked',
  ): Promise<void>;
  /** Resolves only when the index acknowledged the fence; rejects otherwise, and may then still run later. */
  fence(generation: TrustedGeneration, accountId: string, nonce: string): Promise<void>;
  /** Resolves only when acknowledged. */
  release(generation: TrustedGeneration, accountId: string, nonces: readonly string[]): Promise<void>;
  /** The histories of the primaries reached now, or null when none or not all of them can be reached. */
  reached(): Promise<readonly string[] | null>;
  /** Accounts of the generation whose key carries a fence. For the sweeper. */
  fenced(generation: TrustedGeneration): AsyncIterable<{ accountId: string; nonces: readonly string[] }>;
  /**
   * Removes the keys of retired generations, in the background of the server; resolves to how many. `current` is asked
   * after a name was seen in the index: names are registered before they are used and never come back, so one that is
   * not the current one by then is retired, and one that was registered meanwhile is never taken for such.
   */
  removeOthers(current: () => Promise<string>): Promise<number>;
}

/** Reads for verification: fresh autocommit statements on the primary. All reject with `StoreUnavailable`. */
export interface SessionStore {
  /** @throws StoreUnavailable also when the server that answered is in recovery. */
  truth(sessionId: string, accountId: string): Promise<Truth>;
  /**
   * Locks the account FOR NO KEY UPDATE NOWAIT and runs `work` under that lock. Resolves false, `work` not run, when
   * somebody holds the row. A missing row counts as locked: the account is gone, nobody can revoke in it.
   */
  whileNobodyRevokes(accountId: string, work: () => Promise<void>): Promise<boolean>;
  /**
   * Fate of a transaction whose commit was not answered; `unknown` when it cannot be known that the branch on which it
   * ran is the one that answers.
   */
  transactionStatus(
    xid: string,
    branch: PostgresBranch,
  ): Promise<'committed' | 'aborted' | 'in_progress' | 'unknown'>;
}

export interface GenerationStore {
  /** Name of the generation that is registered now. @throws StoreUnavailable as `SessionStore.truth` */
  currentGeneration(): Promise<string>;
}

export interface PollReport {
  instanceId: string;
  /** Generation this instance already uses, null before the first reply. */
  generation: string | null;
  reachesIndex: boolean;
  leaseMs: number;
}

export interface PollReply {
  generation: Generation;
  /** History that the generation was registered on; null on the row that the migration made. */
  registeredOn: PostgresHistory | null;
  /** False after a change of the Postgres history: lease rows may have been lost with it. */
  leasesComplete: boolean;
  history: PostgresHistory;
  /** The lease row was written: the reported generation is the current one. */
  extended: boolean;
  /** Some other instance's live lease reports that it reaches the registered history. */
  somebodyReaches: boolean;
  databaseNowMs: number;
}

export interface Registration {
  instanceId: string;
  instead: string;
  generation: Generation;
  history: PostgresHistory;
  leasesComplete: boolean;
  /** Refuse when another live lease reports that it reaches the index of the generation to be replaced. */
  unlessReached: boolean;
}

export interface LeaseStore {
  poll(report: PollReport): Promise<PollReply>;
  /** Registers the next generation; false when somebody was first, holds the lock, or still reaches the index. */
  register(registration: Registration): Promise<boolean>;
  /** From now on lease rows tell the whole truth about the current Postgres history. */
  markLeasesComplete(generation: string): Promise<void>;
  removeLease(instanceId: string): Promise<void>;
}

/** Step 3 of P2, read inside the revoking transaction. */
export interface GenerationSeen {
  generation: Generation;
  leasesComplete: boolean;
  everyLeaseCurrent: boolean;
  registeredOn: PostgresHistory | null;
  history: PostgresHistory;
  xid: string;
}

export type Outcome<T> =
  | { kind: 'committed'; value: T }
  | { kind: 'rolled_back'; error: unknown }
  /** COMMIT was sent and its answer is not known. */
  | { kind: 'unknown'; error: unknown };

/** The transactions of revoking writes. */
export interface RevokingStore<Tx, Account> {
  /** One attempt, READ COMMITTED; the lock and statement timeouts bound everything but COMMIT. */
  transaction<T>(deadlineMs: number, work: (tx: Tx) => Promise<T>): Promise<Outcome<T>>;
  /** P2 step 1: `SELECT … FOR UPDATE`; null when there is no such account. */
  lockAccount(tx: Tx, accountId: string): Promise<Account | null>;
  /** P2 step 2: the shared advisory lock, alone in its statement. */
  shareGeneration(tx: Tx): Promise<void>;
  /** P2 step 3: in the next statement. */
  readGeneration(tx: Tx): Promise<GenerationSeen>;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Postgres could not answer in time: the verification or write is undecided. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
