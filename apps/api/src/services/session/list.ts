import type { EndedBy, SessionListItem, SessionListOutput } from '@portcullis/contracts/session';
import type { SessionId } from '@portcullis/contracts/ids';
import type { SignedInContext } from '../context.ts';

interface ListRow {
  id: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  ended_at: number | null;
  ended_by: EndedBy | null;
  ip: string | null;
  user_agent: string | null;
}

// A session's end is the earliest of its revocation, its epoch's end and its expiry.
const LIST = `
SELECT * FROM (
  SELECT s.id, s.ip, s.user_agent,
    (extract(epoch FROM s.created_at) * 1000)::float8 AS created_at,
    (extract(epoch FROM s.last_seen_at) * 1000)::float8 AS last_seen_at,
    (extract(epoch FROM s.expires_at) * 1000)::float8 AS expires_at,
    (extract(epoch FROM o.at) * 1000)::float8 AS ended_at, o.by AS ended_by
  FROM portcullis.session s
  LEFT JOIN portcullis.account_epoch e ON e.account_id = s.account_id AND e.epoch = s.epoch
  LEFT JOIN LATERAL (
    SELECT c.at, c.by FROM (VALUES
      (s.revoked_at, s.revoked_by),
      (e.ended_at, e.cause),
      (least(s.expires_at, s.idle_expires_at), 'expired')) AS c (at, by)
    WHERE c.at <= clock_timestamp() ORDER BY c.at LIMIT 1
  ) o ON true
  WHERE s.account_id = ?
) listed
WHERE ended_at IS NULL OR ended_at > extract(epoch FROM clock_timestamp() - interval '30 days') * 1000
ORDER BY (id = ?) DESC, (ended_at IS NULL) DESC, last_seen_at DESC LIMIT 200`;

/** The account's sessions, the caller's first, then the live ones, then those that ended in the last 30 days. */
export const listSessions = async (ctx: SignedInContext): Promise<SessionListOutput> => {
  const { caller, deps } = ctx;
  const rows = await deps.db.read((em) => em.execute<ListRow[]>(LIST, [caller.accountId, caller.sessionId]));
  return {
    sessions: rows.map(
      (row): SessionListItem => ({
        id: row.id as SessionId,
        current: row.id === caller.sessionId,
        createdAt: time(row.created_at),
        lastSeenAt: time(row.last_seen_at),
        expiresAt: time(row.expires_at),
        ip: row.ip,
        userAgent: deps.describeUserAgent(row.user_agent),
        ...(row.ended_at !== null && row.ended_by !== null
          ? { endedAt: time(row.ended_at), endedBy: row.ended_by }
          : {}),
      }),
    ),
  };
};

const time = (ms: number) => new Date(Number(ms)).toISOString();
