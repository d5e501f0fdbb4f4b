import { createHash } from 'node:crypto';
import { raw } from '../../db/sql.ts';
import type { AccountRow } from '../../db/entities/account.ts';
import { AccountEpochEntity } from '../../db/entities/session.ts';
import type { Tx } from '../../db/transaction.ts';
import type { EndedBy, TokenPurpose } from '../../ports.ts';
import type { RequestContext, SignedIn } from '../context.ts';
import { feed } from '../record.ts';

/** SHA-256 of a secret's text: what is stored of it. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest();

/** The condition of spec §1 "live", for a session `s` of an account `a`. */
export const LIVE = `s.revoked_at IS NULL AND s.epoch = a.epoch AND a.disabled_at IS NULL AND a.deleted_at IS NULL
  AND s.expires_at > clock_timestamp() AND s.idle_expires_at > clock_timestamp()`;

export interface OpenedSession {
  id: string;
  accountId: string;
  epoch: number;
  createdAt: Date;
  authenticatedAt: Date;
  expiresAt: Date;
  transport: TokenPurpose;
  remember: boolean;
  refreshSecret: string;
}

export interface SessionWish {
  accountId: string;
  /** The epoch read together with the password hash that was proven. */
  epoch: number;
  transport: TokenPurpose;
  remember: boolean;
}

const OPEN = `
INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at,
  idle_seconds, idle_expires_at, expires_at, ip, user_agent, refresh_hash, refresh_rotated_at)
SELECT ?, a.id, a.epoch, ?, ?, t.now, t.now, t.now, ?::int, t.now + ?::int * interval '1 second', t.now + ?::int * interval '1 second', ?, ?, ?, t.now
FROM portcullis.account a, (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) t
WHERE a.id = ? AND a.epoch = ? AND a.disabled_at IS NULL AND a.deleted_at IS NULL
FOR KEY SHARE OF a
RETURNING (extract(epoch FROM created_at) * 1000)::float8 AS created_at, (extract(epoch FROM expires_at) * 1000)::float8 AS expires_at`;

/**
 * P3: opens a session only while the account still has the epoch that was read with the hash. KEY SHARE waits for a
 * revoking write in flight and then judges the newest version of the row. Null: the credentials changed meanwhile.
 */
export const openSession = async (
  tx: Tx,
  ctx: RequestContext,
  wish: SessionWish,
): Promise<OpenedSession | null> => {
  const { random, config } = ctx.deps;
  const id = random.bytes(32).toString('base64url');
  const refreshSecret = random.bytes(32).toString('base64url');
  const { session } = config;
  const idle = wish.remember ? session.rememberIdleSeconds : session.idleSeconds;
  const absolute = wish.remember ? session.rememberAbsoluteSeconds : session.absoluteSeconds;
  const rows = await tx.execute<{ created_at: number; expires_at: number }[]>(OPEN, [
    id,
    wish.transport,
    wish.remember,
    idle,
    idle,
    absolute,
    ctx.ip,
    ctx.userAgent,
    wish.transport === 'bearer' ? hashOf(refreshSecret) : null,
    wish.accountId,
    wish.epoch,
  ]);
  const row = rows[0];
  if (row === undefined) return null;
  const createdAt = new Date(Number(row.created_at));
  return {
    id,
    accountId: wish.accountId,
    epoch: wish.epoch,
    createdAt,
    authenticatedAt: createdAt,
    expiresAt: new Date(Number(row.expires_at)),
    transport: wish.transport,
    remember: wish.remember,
    refreshSecret,
  };
};

/** Whether the caller's session is live in this very transaction; the account's row is locked by the caller of this. */
export const isLive = async (tx: Tx, sessionId: string, accountId: string): Promise<boolean> => {
  const sql = `SELECT 1 FROM portcullis.session s JOIN portcullis.account a ON a.id = s.account_id WHERE s.id = ? AND a.id = ? AND ${LIVE}`;
  return (await tx.execute<unknown[]>(sql, [sessionId, accountId])).length > 0;
};

/**
 * Whether there is something to end, under the account's lock: the session is live, or could be once a use of it that is
 * being recorded commits. Of all ends only the idle one can still move (P9).
 */
export const isEndable = async (tx: Tx, sessionId: string, accountId: string): Promise<boolean> => {
  const sql = `SELECT 1 FROM portcullis.session s JOIN portcullis.account a ON a.id = s.account_id
    WHERE s.id = ? AND a.id = ? AND s.revoked_at IS NULL AND s.epoch = a.epoch AND s.expires_at > clock_timestamp()`;
  return (await tx.execute<unknown[]>(sql, [sessionId, accountId])).length > 0;
};

// Those whose hour is still to come are counted in the index session_live_until alone; only those that end within this
// very hour are looked at one by one. The session that is not counted is one more look-up, however many there are.
const COUNT = `
WITH asked AS MATERIALIZED (
  SELECT ?::uuid AS id, ?::bigint AS epoch, ?::text AS besides, statement_timestamp() AS now,
    floor(extract(epoch FROM statement_timestamp()) / 3600)::int AS hour
)
SELECT least(1001,
    (SELECT count(*) FROM (SELECT 1 FROM portcullis.session s
      WHERE s.account_id = (SELECT id FROM asked) AND s.epoch = (SELECT epoch FROM asked) AND s.revoked_at IS NULL
        AND s.live_until_hour > (SELECT hour FROM asked) LIMIT 1001) AS later)
    + (SELECT count(*) FROM (SELECT 1 FROM portcullis.session s
      WHERE s.account_id = (SELECT id FROM asked) AND s.epoch = (SELECT epoch FROM asked) AND s.revoked_at IS NULL
        AND s.live_until_hour = (SELECT hour FROM asked)
        AND least(s.idle_expires_at, s.expires_at) > (SELECT now FROM asked) LIMIT 1001) AS soon))::int
  - (SELECT count(*) FROM portcullis.session s
      WHERE s.id = (SELECT besides FROM asked) AND s.account_id = (SELECT id FROM asked)
        AND s.epoch = (SELECT epoch FROM asked) AND s.revoked_at IS NULL
        AND least(s.idle_expires_at, s.expires_at) > (SELECT now FROM asked))::int AS n`;

/** Live sessions of the account besides one; counting stops at 1,000 so that it costs the same for everybody (G7). */
export const countOthers = async (tx: Tx, account: AccountRow, besides: string | null): Promise<number> => {
  const rows = await tx.execute<{ n: number }[]>(COUNT, [account.id, account.epoch, besides]);
  return Math.min(Number(rows[0]?.n ?? 0), 1_000);
};

export interface EndAll {
  at: Date;
  type: string;
  cause: EndedBy;
  actor: string;
  bySessionId: string | null;
  /** Re-stamped to the new epoch in the statement that steps it, so that it never is of a dead epoch. */
  keepSessionId?: string | null;
  /** Ends for the feed's readers too, but opened again under the new epoch in this transaction. */
  exceptSessionId?: string | null;
  linksDie: boolean;
}

const STEP_AND_KEEP = `
WITH stepped AS (
  UPDATE portcullis.account SET epoch = epoch + 1, link_epoch = link_epoch + ?::int, updated_at = clock_timestamp()
  WHERE id = ? RETURNING id, epoch
)
UPDATE portcullis.session s SET epoch = stepped.epoch FROM stepped
WHERE s.id = ? AND s.account_id = stepped.id AND s.epoch = stepped.epoch - 1 AND s.revoked_at IS NULL`;

/**
 * Ends every session of a locked account by stepping its epoch: one row, however many sessions (G7). Other changes of
 * `account` made by the verb travel in the same flush.
 */
export const endAllSessions = async (tx: Tx, account: AccountRow, end: EndAll): Promise<void> => {
  const ended = account.epoch;
  if (end.keepSessionId) {
    await tx.execute(STEP_AND_KEEP, [end.linksDie ? 1 : 0, account.id, end.keepSessionId], 'run');
  } else {
    account.epoch = raw('epoch + 1');
    if (end.linksDie) account.linkEpoch = raw('link_epoch + 1');
    account.updatedAt = end.at;
  }
  tx.create(
    AccountEpochEntity,
    {
      accountId: account.id,
      epoch: ended,
      endedAt: end.at,
      cause: end.cause,
      actor: end.actor,
      bySessionId: end.bySessionId,
    },
    { persist: true },
  );
  const exceptSessionId = end.keepSessionId ?? end.exceptSessionId ?? null;
  feed(tx, end.at, {
    accountId: account.id,
    epoch: ended + 1,
    type: end.type,
    cause: end.cause,
    exceptSessionId,
  });
  await tx.flush();
};

/** Ends one session of a locked account; false when it had ended before. */
export const endSession = async (
  tx: Tx,
  account: AccountRow,
  sessionId: string,
  at: Date,
  cause: EndedBy,
): Promise<boolean> => {
  const rows = await tx.execute<unknown[]>(
    'UPDATE portcullis.session SET revoked_at = ?, revoked_by = ? WHERE id = ? AND account_id = ? AND revoked_at IS NULL RETURNING 1 AS ended',
    [at, cause, sessionId, account.id],
  );
  if (rows.length === 0) return false;
  feed(tx, at, { accountId: account.id, epoch: account.epoch, type: 'session_revoked', cause, sessionId });
  await tx.flush();
  return true;
};

export const byCaller = (caller: SignedIn) => ({ actor: 'account', bySessionId: caller.sessionId });
