import { timingSafeEqual } from 'node:crypto';
import { refreshToken } from '@portcullis/contracts/session';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { audit, databaseTime } from '../record.ts';
import { endSession, hashOf, isEndable } from '../session/steps.ts';
import type { CallingClient } from './authenticate.ts';

interface Named {
  sessionId: string;
  accountId: string;
}

/**
 * RFC 7009: ends the session that a token stands for, and with it every other token of the session. A token that names
 * no live session is no error: what the caller wants is so already.
 * @throws AuthError `unavailable`
 */
export const revokeToken = async (
  ctx: RequestContext,
  client: CallingClient,
  token: string,
): Promise<void> => {
  const named = refreshToken.safeParse(token).success
    ? await byRefreshToken(ctx, token)
    : await byToken(ctx, token);
  if (named === null) return;
  const { sessionId, accountId } = named;
  const ended = await ctx.deps.authority.revoking(accountId, ctx.deadlineMs, async (tx, account) => {
    if (account === null || !(await isEndable(tx, sessionId, account.id)))
      return { ends: false, value: false };
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        audit(tx, ctx, at, {
          accountId,
          type: 'session_revoked',
          actor: 'service',
          sessionId,
          details: { client: client.name },
        });
        return endSession(tx, account, sessionId, at, 'revoked');
      },
    };
  });
  if (ended) ctx.deps.hints.publish(accountId);
};

const byToken = async (ctx: RequestContext, token: string): Promise<Named | null> => {
  const [verification] = await ctx.deps.authority.verifyMany([token]);
  if (verification?.status === 'live') return verification.session;
  if (verification?.status === 'rejected') return null;
  throw new AuthError('unavailable', { retryAfterMs: verification?.retryAfterMs ?? 1_000 });
};

const FIND = `
SELECT account_id, refresh_hash, refresh_previous_hash FROM portcullis.session
WHERE id = ? AND transport = 'bearer' AND refresh_hash IS NOT NULL`;

interface RefreshRow {
  account_id: string;
  refresh_hash: Buffer;
  refresh_previous_hash: Buffer | null;
}

/** The current secret or the one before it. The session's id alone, which lists show, ends nothing. */
const byRefreshToken = async (ctx: RequestContext, token: string): Promise<Named | null> => {
  const [sessionId = '', secret = ''] = token.split('.');
  const row = (await ctx.deps.db.read((em) => em.execute<RefreshRow[]>(FIND, [sessionId])))[0];
  if (row === undefined) return null;
  const presented = hashOf(secret);
  const isOurs = [row.refresh_hash, row.refresh_previous_hash].some(
    (hash) => hash !== null && timingSafeEqual(hash, presented),
  );
  return isOurs ? { sessionId, accountId: row.account_id } : null;
};
