import { bulkhead, type IPolicy } from 'cockatiel';
import type { Pool, PoolClient } from 'pg';
import {
  type GenerationStore,
  type LiveSession,
  type PostgresBranch,
  type SessionStore,
  StoreUnavailable,
  type Truth,
} from '../ports.ts';
import type { ManySessionStore, Subject } from '../verify-many.ts';
import { Guard } from './guard.ts';
import { HISTORY_COLUMNS } from './history.ts';

interface SessionRow {
  in_recovery: boolean;
  found: boolean;
  revoked: boolean;
  expired: boolean;
  created_at: number;
  authenticated_at: number;
  last_seen_at: number;
  idle_expires_at: number;
  expires_at: number;
}

const ms = (column: string) => `(extract(epoch from s.${column}) * 1000)::float8 AS ${column}`;

/** Live iff the row exists, is not revoked, not expired, of its account's epoch, and the account is enabled (spec §1). */
const FACTS = `pg_is_in_recovery() AS in_recovery, s.id IS NOT NULL AS found,
  (s.revoked_at IS NOT NULL OR a.id IS NULL OR a.epoch <> s.epoch OR a.disabled_at IS NOT NULL OR a.deleted_at IS NOT NULL) AS revoked,
  (clock_timestamp() >= s.expires_at OR clock_timestamp() >= s.idle_expires_at) AS expired,
  ${['created_at', 'authenticated_at', 'last_seen_at', 'idle_expires_at', 'expires_at'].map(ms).join(', ')}`;

const TRUTH = `
SELECT ${FACTS}
FROM (SELECT 1) AS one
LEFT JOIN portcullis.session s ON s.id = $1 AND s.account_id = $2
LEFT JOIN portcullis.account a ON a.id = s.account_id`;

const TRUTHS = `
SELECT ${FACTS}
FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS asked (session_id, account_id, place)
LEFT JOIN portcullis.session s ON s.id = asked.session_id AND s.account_id = asked.account_id
LEFT JOIN portcullis.account a ON a.id = s.account_id
ORDER BY asked.place`;

/** P2 step 7. A number that was not given out yet is an error. */
const STATUS = `SELECT pg_xact_status($1::xid8) AS status, g.generation, ${HISTORY_COLUMNS} FROM portcullis.index_generation g`;

export interface StoreLimits {
  /** Verifications in flight, at most as many as the pool has connections, and how many may wait behind them. */
  concurrent: number;
  queued: number;
}

/** For a whole answer, whatever part of it the pool, the connection or the statement take. */
const ANSWER_MS = 800;
/** How long a call may wait for its turn: behind a slow store a queue would outlive every caller. */
const WAIT_MS = 1_000;

/**
 * SessionStore on a pg pool of its own, apart from the verbs': a slow password reset must not hold up verifications.
 * The pool's `query_timeout` and `connectionTimeoutMillis` are the deadlines; a query that met its deadline takes its
 * connection down with it. Statements are prepared by name. The pool is new: connections it already has would go unheard.
 */
export class PostgresSessionStore implements SessionStore, ManySessionStore, GenerationStore {
  readonly #pool: Pool;
  readonly #policy: IPolicy;
  readonly #guard: Guard;

  constructor(pool: Pool, limits: StoreLimits) {
    this.#pool = pool;
    // Whoever uses a connection that breaks is told by its statement. Between two callers, or between two statements of
    // one, there is none to tell, and unheard the error would end the process.
    pool.on('connect', (client) => void client.on('error', () => undefined));
    this.#policy = bulkhead(limits.concurrent, limits.queued);
    this.#guard = new Guard({
      isOutage: () => true,
      outages: 5,
      signOfLife: () => pool.query('SELECT 1'),
    });
  }

  async truth(sessionId: string, accountId: string): Promise<Truth> {
    const row = await this.#guarded(async () => {
      const result = await this.#pool.query<SessionRow>({
        name: 'portcullis_truth',
        text: TRUTH,
        values: [sessionId, accountId],
      });
      return result.rows[0];
    }, ANSWER_MS);
    return truthOf(row, { sessionId, accountId });
  }

  async truths(subjects: readonly Subject[]): Promise<Truth[]> {
    const rows = await this.#guarded(async () => {
      const result = await this.#pool.query<SessionRow>({
        name: 'portcullis_truths',
        text: TRUTHS,
        values: [subjects.map(({ sessionId }) => sessionId), subjects.map(({ accountId }) => accountId)],
      });
      return result.rows;
    }, ANSWER_MS);
    return subjects.map((subject, index) => truthOf(rows[index], subject));
  }

  async whileNobodyRevokes(accountId: string, work: () => Promise<void>): Promise<boolean> {
    const client = await this.#guarded(() => this.#pool.connect());
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      // No savepoint around it (P4): a failed NOWAIT ends the whole attempt.
      await client.query('SELECT id FROM portcullis.account WHERE id = $1 FOR NO KEY UPDATE NOWAIT', [
        accountId,
      ]);
      await work();
      await client.query('COMMIT');
      return true;
    } catch (error) {
      broken = await rollback(client);
      if (isLockNotAvailable(error)) return false;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async transactionStatus(
    xid: string,
    branch: PostgresBranch,
  ): Promise<'committed' | 'aborted' | 'in_progress' | 'unknown'> {
    const row = await this.#guarded(async () => {
      const result = await this.#pool.query<{
        status: string | null;
        system_id: string;
        timeline: string | null;
        generation: string;
      }>(STATUS, [xid]);
      return result.rows[0];
    });
    // Another branch may have given this number to another transaction, whose fate would be reported as this one's.
    if (
      row === undefined ||
      row.system_id !== branch.systemId ||
      row.timeline !== branch.timeline ||
      row.generation !== branch.generation
    )
      return 'unknown';
    if (row.status === 'committed' || row.status === 'aborted') return row.status;
    return row.status === 'in progress' ? 'in_progress' : 'unknown';
  }

  async currentGeneration(): Promise<string> {
    const row = await this.#guarded(async () => {
      const result = await this.#pool.query<{ generation: string; in_recovery: boolean }>(
        'SELECT generation, pg_is_in_recovery() AS in_recovery FROM portcullis.index_generation',
      );
      return result.rows[0];
    });
    // A standby may lag, and take the newest generation for one that is yet to come.
    if (row === undefined || row.in_recovery)
      throw new StoreUnavailable('the server that answered is not a primary');
    return row.generation;
  }

  /** Whether Postgres kept failing and calls are refused for the moment; for metrics and readiness. */
  get broken(): boolean {
    return this.#guard.broken;
  }

  async #guarded<T>(work: () => Promise<T>, deadlineMs?: number): Promise<T> {
    try {
      return await this.#policy.execute(
        () => this.#guard.execute(work, deadlineMs),
        AbortSignal.timeout(WAIT_MS),
      );
    } catch (cause) {
      throw new StoreUnavailable('Postgres did not answer in time', { cause });
    }
  }
}

const truthOf = (row: SessionRow | undefined, { sessionId, accountId }: Subject): Truth => {
  // A standby may lag: what it does not know yet may be the revocation.
  if (row === undefined || row.in_recovery)
    throw new StoreUnavailable('the server that answered is not a primary');
  if (!row.found) return { kind: 'missing' };
  if (row.revoked) return { kind: 'revoked' };
  return { kind: row.expired ? 'expired' : 'live', session: liveSession(row, sessionId, accountId) };
};

const liveSession = (row: SessionRow, sessionId: string, accountId: string): LiveSession => ({
  sessionId,
  accountId,
  createdAt: row.created_at,
  authenticatedAt: row.authenticated_at,
  lastSeenAt: row.last_seen_at,
  idleExpiresAt: row.idle_expires_at,
  expiresAt: row.expires_at,
});

const isLockNotAvailable = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '55P03';

const rollback = async (client: PoolClient): Promise<Error | undefined> => {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('rollback failed');
  }
};
