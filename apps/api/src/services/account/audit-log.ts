import type { RequestContext } from '../context.ts';

export interface AuditQuery {
  accountId?: string;
  types?: string[];
  /** From this moment on. */
  since?: Date;
  /** Before this moment. */
  until?: Date;
}

/** One event as an operator sees it; nobody's address or password is part of it. */
export interface AuditRecord {
  id: string;
  at: string;
  type: string;
  actor: string;
  accountId: string | null;
  sessionId: string | null;
  ip: string | null;
  userAgent: string | null;
  details: Record<string, unknown>;
}

const PAGE = 500;
const EARLIEST = '00000000-0000-0000-0000-000000000000';

// By id, which holds the time in milliseconds: each page is looked up where the one before it ended, however long the
// log is, and no event stands in two of them.
const pageOf = (direction: 'ASC' | 'DESC') => `
SELECT id, (extract(epoch FROM at) * 1000)::float8 AS at_ms, type, actor, account_id, session_id, ip, user_agent, details
FROM portcullis.audit_event
WHERE (?::uuid IS NULL OR account_id = ?::uuid) AND (?::text IS NULL OR type = ANY (string_to_array(?::text, ',')))
  AND at >= to_timestamp(?::float8 / 1000) AND at < to_timestamp(?::float8 / 1000) AND id > ?::uuid
ORDER BY id ${direction} LIMIT ?`;

const OLDEST_FIRST = pageOf('ASC');
const NEWEST_FIRST = pageOf('DESC');

/** The year 9999: later than any event, and a time that Postgres can read. */
const NEVER_MS = 253_402_300_799_000;

interface Row {
  id: string;
  at_ms: number;
  type: string;
  actor: string;
  account_id: string | null;
  session_id: string | null;
  ip: string | null;
  user_agent: string | null;
  details: Record<string, unknown>;
}

const read = async (
  ctx: RequestContext,
  sql: string,
  query: AuditQuery,
  after: string,
  limit: number,
): Promise<AuditRecord[]> => {
  const account = query.accountId ?? null;
  const types = query.types?.join(',') ?? null;
  const [since, until] = [query.since?.getTime() ?? 0, query.until?.getTime() ?? NEVER_MS];
  const rows = await ctx.deps.db.read((em) =>
    em.execute<Row[]>(sql, [account, account, types, types, since, until, after, limit]),
  );
  return rows.map((row) => ({
    id: row.id,
    at: new Date(Number(row.at_ms)).toISOString(),
    type: row.type,
    actor: row.actor,
    accountId: row.account_id,
    sessionId: row.session_id,
    ip: row.ip,
    userAgent: row.user_agent,
    details: row.details,
  }));
};

/** The newest events first, at most `limit`. For operators. */
export const newestEvents = (ctx: RequestContext, query: AuditQuery, limit: number): Promise<AuditRecord[]> =>
  read(ctx, NEWEST_FIRST, query, EARLIEST, limit);

/** Every event, each once, the oldest first, a page at a time: an export holds no more than that. For operators. */
export async function* everyEvent(ctx: RequestContext, query: AuditQuery): AsyncGenerator<AuditRecord[]> {
  let after = EARLIEST;
  for (;;) {
    const page = await read(ctx, OLDEST_FIRST, query, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.id;
  }
}
