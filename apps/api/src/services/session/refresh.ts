import type { RefreshInput, RefreshOutput } from '@portcullis/contracts/session';
import { decideRefresh, type RefreshDecision } from '../../domain/refresh.ts';
import type { Tx } from '../../db/transaction.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, limited } from '../limits.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { tokensOf } from './credential.ts';
import { endSession, hashOf, LIVE } from './steps.ts';

interface RefreshRow {
  id: string;
  account_id: string;
  live: boolean;
  ended: boolean;
  expires_at: number;
  now: number;
  since_rotation: number;
  refresh_counter: number;
  refresh_hash: Buffer;
  refresh_previous_hash: Buffer | null;
}

const READ = `
SELECT s.id, s.account_id, s.refresh_counter, s.refresh_hash, s.refresh_previous_hash, (${LIVE}) AS live,
  (s.revoked_at IS NOT NULL OR s.epoch <> a.epoch OR a.disabled_at IS NOT NULL OR a.deleted_at IS NOT NULL) AS ended,
  (extract(epoch FROM s.expires_at) * 1000)::float8 AS expires_at,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
  (extract(epoch FROM clock_timestamp() - s.refresh_rotated_at) * 1000)::float8 AS since_rotation
FROM portcullis.session s JOIN portcullis.account a ON a.id = s.account_id
WHERE s.id = ? AND s.transport = 'bearer' AND s.refresh_hash IS NOT NULL`;

// Conditional on the secret and the counter that were read: it rotates once, and never a dead session (G10).
const ROTATE = `
UPDATE portcullis.session s SET refresh_previous_hash = s.refresh_hash, refresh_hash = ?, refresh_counter = s.refresh_counter + 1,
  refresh_rotated_at = clock_timestamp(), last_seen_at = clock_timestamp(),
  idle_expires_at = least(s.expires_at, clock_timestamp() + s.idle_seconds * interval '1 second')
FROM portcullis.account a
WHERE a.id = s.account_id AND s.id = ? AND s.refresh_hash = ? AND s.refresh_counter = ?::int AND ${LIVE}
RETURNING s.id`;

type Executes = Pick<Tx, 'execute'>;

interface Presented {
  sessionId: string;
  secret: string;
}

const ATTEMPTS = 4;

/**
 * P8. The same successor for every presentation within the window after a rotation: concurrent tabs, retries and lost
 * replies never sign anybody out (G11). A secret spent for longer ends the session.
 * @throws AuthError `session_missing`, `session_revoked`, `session_expired`, `rate_limited`, `unavailable`.
 */
export const refresh = async (ctx: RequestContext, input: RefreshInput): Promise<RefreshOutput> => {
  const [sessionId = '', secret = ''] = input.refreshToken.split('.');
  return limited(ctx, byAddress('refresh_ip', ctx.ip), () => renew(ctx, { sessionId, secret }));
};

const renew = async (ctx: RequestContext, presented: Presented): Promise<RefreshOutput> => {
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const row = await ctx.deps.db.read((em) => readLive(em, presented.sessionId));
    const decided = decide(ctx, row, presented);
    const next = await settle(ctx, row, presented, decided);
    if (next !== null)
      return { tokens: await tokensOf(ctx, sessionOf(row), next, new Date(Number(row.now))) };
  }
  // Every attempt lost its race against another rotation; the window makes the next call succeed.
  throw new AuthError('unavailable', { retryAfterMs: 1_000 });
};

const sessionOf = (row: RefreshRow) => ({
  id: row.id,
  accountId: row.account_id,
  expiresAt: new Date(Number(row.expires_at)),
});

const readLive = async (em: Executes, sessionId: string): Promise<RefreshRow> => {
  const row = (await em.execute<RefreshRow[]>(READ, [sessionId]))[0];
  if (row === undefined) throw new AuthError('session_missing');
  if (row.ended) throw new AuthError('session_revoked');
  if (!row.live) throw new AuthError('session_expired');
  return row;
};

/** The successors that the previous secret may have been given, under every key of the ring. */
const candidates = (ctx: RequestContext, row: RefreshRow, presented: Presented) =>
  ctx.deps.refresh.candidates(presented.sessionId, row.refresh_counter - 1, presented.secret);

const decide = (ctx: RequestContext, row: RefreshRow, presented: Presented): RefreshDecision =>
  decideRefresh({
    currentHash: row.refresh_hash,
    previousHash: row.refresh_previous_hash,
    presentedHash: hashOf(presented.secret),
    sinceRotationMs: Number(row.since_rotation),
    windowMs: ctx.deps.config.refreshWindowSeconds * 1000,
    successorHashes: candidates(ctx, row, presented).map(hashOf),
  });

/** The secret to hand out, or null when somebody rotated in between and the decision has to be made again. */
const settle = async (
  ctx: RequestContext,
  row: RefreshRow,
  presented: Presented,
  decided: RefreshDecision,
): Promise<string | null> => {
  switch (decided.kind) {
    case 'same':
      return presented.secret;
    case 'successor':
      return candidates(ctx, row, presented)[decided.index] ?? null;
    case 'rotate': {
      const next = ctx.deps.refresh.successor(presented.sessionId, row.refresh_counter, presented.secret);
      const values = [hashOf(next), row.id, hashOf(presented.secret), row.refresh_counter];
      const rotated = await ctx.deps.db.write(ctx.deadlineMs, (tx) => tx.execute<unknown[]>(ROTATE, values));
      return rotated.length > 0 ? next : null;
    }
    case 'reuse':
      return endReused(ctx, row, presented);
  }
};

/** Decided again under the account's lock: only what is reuse there, too, ends the session. */
const endReused = async (ctx: RequestContext, row: RefreshRow, presented: Presented): Promise<null> => {
  const { authority, random, hints } = ctx.deps;
  const reused = await authority.revoking(row.account_id, ctx.deadlineMs, async (tx, account) => {
    if (account === null) throw new AuthError('session_revoked');
    const again = await readLive(tx, presented.sessionId);
    if (decide(ctx, again, presented).kind !== 'reuse') return { ends: false, value: false };
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        audit(tx, ctx, at, {
          accountId: account.id,
          type: 'refresh_reused',
          sessionId: row.id,
          actor: 'anonymous',
        });
        await requestMail(tx, ctx, {
          kind: 'session_reused',
          noticeId: random.uuid(),
          accountId: account.id,
          at: at.toISOString(),
        });
        await endSession(tx, account, row.id, at, 'refresh_reuse');
        return true;
      },
    };
  });
  if (!reused) return null;
  hints.publish(row.account_id);
  throw new AuthError('session_revoked');
};
