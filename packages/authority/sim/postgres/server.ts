import type { Scheduler } from '../scheduler.ts';
import { LockTable } from './locks.ts';
import type { State } from './rows.ts';

/** One transaction at the server: what it wrote and nobody else sees yet. */
export interface Transaction {
  xid: string;
  writes: Map<string, object | null>;
  /** A statement failed: everything until its end is refused, and COMMIT rolls back. */
  isAborted: boolean;
}

export interface Commit {
  xid: string;
  keys: readonly string[];
  /** What everybody sees from then on. */
  state: State;
}

/** SQLSTATEs that the simulated server answers with. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What the world wants to hear of the server: the checker looks at the moment of each commit. */
export interface ServerEvents {
  committed?: (commit: Commit) => void;
  /** Commits that a fail-over lost, newest last. */
  lost?: (commits: readonly Commit[]) => void;
}

/**
 * A Postgres primary with one row version per commit, READ COMMITTED snapshots, row and advisory locks, and a past.
 * There is one primary at a time (assumed by spec §2); a fail-over makes another state its present.
 */
export class PostgresServer {
  readonly scheduler: Scheduler;
  readonly locks = new LockTable<Transaction>();
  readonly systemId = 'pg';
  timeline = 1;
  isUp = true;
  /** The database machine's clock against true time. */
  clockOffsetMs = 1_700_000_000_000;
  committed: State;
  events: ServerEvents = {};
  #commits: Commit[] = [];
  #statuses = new Map<string, 'in_progress' | 'committed' | 'aborted'>();
  #running = new Set<Transaction>();
  #lastXid = 100;
  /** Commits when the present timeline began. */
  #forkedAt = 0;

  constructor(scheduler: Scheduler, initial: State) {
    this.scheduler = scheduler;
    this.committed = initial;
    this.#commits.push({ xid: '0', keys: [], state: initial });
  }

  nowMs(): number {
    return this.scheduler.nowMs + this.clockOffsetMs;
  }

  history(): { systemId: string; timeline: string } {
    return { systemId: this.systemId, timeline: `${this.timeline}` };
  }

  begin(): Transaction {
    const transaction = {
      xid: `${++this.#lastXid}`,
      writes: new Map<string, object | null>(),
      isAborted: false,
    };
    this.#running.add(transaction);
    this.#statuses.set(transaction.xid, 'in_progress');
    return transaction;
  }

  isRunning(transaction: Transaction): boolean {
    return this.#running.has(transaction);
  }

  commit(transaction: Transaction): void {
    this.#end(transaction, 'committed');
    if (transaction.writes.size === 0) return;
    const next = new Map(this.committed);
    for (const [key, row] of transaction.writes) {
      if (row === null) next.delete(key);
      else next.set(key, row);
    }
    this.committed = next;
    const commit = { xid: transaction.xid, keys: [...transaction.writes.keys()], state: next };
    this.#commits.push(commit);
    this.events.committed?.(commit);
  }

  rollback(transaction: Transaction): void {
    this.#end(transaction, 'aborted');
  }

  /** Of a number that was not given out yet pg_xact_status says that it is in the future: an error. */
  status(xid: string): 'in_progress' | 'committed' | 'aborted' | 'unknown' | 'error' {
    if (Number(xid) > this.#lastXid) return 'error';
    return this.#statuses.get(xid) ?? 'unknown';
  }

  /** What a standby may know that is so many commits behind; never of before the present timeline. */
  behind(commits: number): State {
    const index = Math.max(this.#forkedAt, this.#commits.length - 1 - commits);
    return this.#commits[index]?.state ?? this.committed;
  }

  commitsOfTimeline(): number {
    return this.#commits.length - 1 - this.#forkedAt;
  }

  /** Every transaction that had not committed is gone, and every connection. */
  crash(): void {
    for (const transaction of this.#running) this.#statuses.set(transaction.xid, 'aborted');
    this.#running.clear();
    this.locks.clear();
  }

  /**
   * Promotes a standby that had everything but the last `lost` commits. `forgetsTimeline`: one that never followed the
   * last fail-over, so that it picks the number of the timeline it has never heard of.
   */
  failOver(lost: number, forgetsTimeline = false): void {
    this.crash();
    const index = forgetsTimeline
      ? Math.max(0, this.#forkedAt - lost)
      : Math.max(this.#forkedAt, this.#commits.length - 1 - lost);
    const gone = this.#commits.splice(index + 1);
    const last = this.#commits[index];
    if (last === undefined) throw new Error('a fail-over to before the beginning');
    this.committed = last.state;
    this.#forkedAt = index;
    if (!forgetsTimeline) this.timeline += 1;
    // The new primary counts on from what it knew: numbers given out since then come again.
    if (gone.length > 0) this.#lastXid = Number(last.xid) || 100;
    for (const xid of this.#statuses.keys()) if (Number(xid) > this.#lastXid) this.#statuses.delete(xid);
    this.events.lost?.(gone);
  }

  running(): ReadonlySet<Transaction> {
    return this.#running;
  }

  #end(transaction: Transaction, status: 'committed' | 'aborted'): void {
    this.#running.delete(transaction);
    this.#statuses.set(transaction.xid, status);
    this.locks.releaseAll(transaction);
  }
}
