import type { Pool } from 'pg';
import type { FeedPosition, FeedRow } from './feed.ts';
import { type PostgresHistory, StoreUnavailable } from './ports.ts';
import { HISTORY_COLUMNS, historyOf } from './postgres/history.ts';

/** A place in the feed of one Postgres history. In another history the same numbers mean other rows. */
export interface FeedPlace extends FeedPosition {
  history: PostgresHistory;
}

/** What one statement saw of the feed. */
export interface FeedPage {
  rows: (Omit<FeedRow, 'at'> & { at: string })[];
  /** Rows after the place asked from may be missing: they were pruned, or the place is of another history. */
  missing: 'retention' | 'history' | null;
  /** The place asked from, or behind what is missing. */
  from: FeedPlace;
  /** Where to go on. */
  next: FeedPlace;
  /** There may be more rows at once. */
  full: boolean;
  /**
   * Every row that was committed so long before the statement was sent is on this page or an earlier one, unless the
   * page is full. 0 unless committed rows wait for an older transaction to end.
   */
  behindMs: number;
}

const MAX_ID = '9223372036854775807';

const BOUND =
  'SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin, pg_snapshot_xmax(pg_current_snapshot()) AS xmax';

const END = `SELECT ${HISTORY_COLUMNS}, (bound.xmin::text::numeric - 1)::text AS settled FROM (${BOUND}) AS bound`;

// One snapshot for all of it: a row that was pruned is either still in it, or the mark that it is gone is.
const PAGE = `
SELECT ${HISTORY_COLUMNS}, (bound.xmin::text::numeric - 1)::text AS settled, $1::xid8 >= bound.xmax AS ahead,
  pruned.xid::text AS pruned_xid, pruned.id::text AS pruned_id, (pruned.xid, pruned.id) > ($1::xid8, $2::bigint) AS pruned_past,
  coalesce((SELECT extract(epoch FROM clock_timestamp() - min(f.at)) * 1000 + 1 FROM portcullis.revocation_feed f WHERE f.xid >= bound.xmin), 0)::float8 AS behind_ms,
  coalesce((
    SELECT json_agg(json_build_object('xid', r.xid::text, 'id', r.id::text, 'accountId', r.account_id, 'sessionId', r.session_id,
      'exceptSessionId', r.except_session_id, 'epoch', r.epoch::text, 'type', r.type, 'cause', r.cause, 'at', r.at) ORDER BY r.xid, r.id)
    FROM (
      SELECT * FROM portcullis.revocation_feed f WHERE f.xid < bound.xmin AND (f.xid, f.id) > ($1::xid8, $2::bigint)
      ORDER BY f.xid, f.id LIMIT $3
    ) AS r
  ), '[]') AS rows
FROM (${BOUND}) AS bound, portcullis.revocation_feed_pruned AS pruned`;

interface EndRow {
  system_id: string;
  timeline: string | null;
  settled: string;
}

interface PageRow extends EndRow {
  ahead: boolean;
  pruned_xid: string;
  pruned_id: string;
  pruned_past: boolean;
  behind_ms: number;
  rows: FeedPage['rows'];
}

/**
 * P10 for readers that come back: over rows whose transaction is older than every one still running, in the order of
 * (xid, id) as numbers. A reader that may have missed something is told so, never left to guess.
 */
export class SettledFeed {
  readonly #pool: Pick<Pool, 'query'>;

  constructor(pool: Pick<Pool, 'query'>) {
    this.#pool = pool;
  }

  /** The place before which everything is settled now. @throws StoreUnavailable */
  async end(): Promise<FeedPlace> {
    const row = await this.#first<EndRow>({ name: 'portcullis_feed_end', text: END, values: [] });
    return endOf(row);
  }

  /** At most `limit` settled rows after `place`, oldest first. @throws StoreUnavailable */
  async after(place: FeedPlace, limit: number): Promise<FeedPage> {
    const row = await this.#first<PageRow>({
      name: 'portcullis_feed_page',
      text: PAGE,
      values: [place.xid, place.id, limit],
    });
    const history = historyOf(row);
    const isOther =
      history.systemId !== place.history.systemId || history.timeline !== place.history.timeline || row.ahead;
    if (isOther) {
      const end = endOf(row);
      return { rows: [], missing: 'history', from: end, next: end, full: false, behindMs: row.behind_ms };
    }
    const last = row.rows.at(-1);
    const from = row.pruned_past ? { history, xid: row.pruned_xid, id: row.pruned_id } : place;
    return {
      rows: row.rows,
      missing: row.pruned_past ? 'retention' : null,
      from,
      next: last === undefined ? from : { history, xid: last.xid, id: last.id },
      full: row.rows.length === limit,
      behindMs: row.behind_ms,
    };
  }

  async #first<T extends EndRow>(query: { name: string; text: string; values: unknown[] }): Promise<T> {
    let row: T | undefined;
    try {
      row = (await this.#pool.query<T>(query)).rows[0];
    } catch (cause) {
      throw new StoreUnavailable('the feed could not be read', { cause });
    }
    // A standby may lag behind what was committed; its word on "settled" is worth nothing.
    if (row === undefined || row.timeline === null)
      throw new StoreUnavailable('the server that answered is not a primary');
    return row;
  }
}

const endOf = (row: EndRow): FeedPlace => ({ history: historyOf(row), xid: row.settled, id: MAX_ID });
