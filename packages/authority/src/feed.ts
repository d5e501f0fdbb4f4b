import type { Pool } from 'pg';

/** A place in the feed: rows are ordered by the transaction that wrote them, then by their serial number. */
export interface FeedPosition {
  xid: string;
  id: string;
}

export interface FeedRow extends FeedPosition {
  accountId: string;
  sessionId: string | null;
  exceptSessionId: string | null;
  epoch: string;
  type: string;
  cause: string;
  at: Date;
}

// Ordered by the columns, not by what they are called in the answer: those are texts.
const ROWS = `
SELECT f.xid::text, f.id::text, account_id AS "accountId", session_id AS "sessionId", except_session_id AS "exceptSessionId",
  epoch::text, type, cause, at
FROM portcullis.revocation_feed f
WHERE f.xid < pg_snapshot_xmin(pg_current_snapshot()) AND (f.xid, f.id) > ($1::xid8, $2::bigint)
ORDER BY f.xid, f.id LIMIT $3`;

/**
 * P10. Serial numbers commit out of order, so a reader that resumes by them would skip rows. It only advances over
 * transactions that are older than every one still running, in the order of their ids as numbers, never as text.
 */
export class FeedReader {
  readonly #pool: Pick<Pool, 'query'>;

  constructor(pool: Pick<Pool, 'query'>) {
    this.#pool = pool;
  }

  /** The place before which everything is settled now: where a reader without a past begins. */
  async end(): Promise<FeedPosition> {
    const { rows } = await this.#pool.query<{ xid: string }>(
      'SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text AS xid',
    );
    return { xid: rows[0]?.xid ?? '0', id: '9223372036854775807' };
  }

  /** At most `limit` settled rows after `position`, oldest first. */
  async after(position: FeedPosition, limit: number): Promise<FeedRow[]> {
    const { rows } = await this.#pool.query<FeedRow>({
      name: 'portcullis_feed',
      text: ROWS,
      values: [position.xid, position.id, limit],
    });
    return rows;
  }
}
