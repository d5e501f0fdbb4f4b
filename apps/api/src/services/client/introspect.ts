import type { AccountId, SessionId } from '@portcullis/contracts/ids';
import type { Introspection } from '@portcullis/contracts/services';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { timesIn } from './token-times.ts';

const INACTIVE: Introspection = { active: false };

/**
 * RFC 7662. Whatever is wrong with a token, the answer is the same; a refresh secret is for this service alone and is
 * no token that others could be asked about.
 * @throws AuthError `unavailable`
 */
export const introspectToken = async (ctx: RequestContext, token: string): Promise<Introspection> => {
  const [verification] = await ctx.deps.authority.verifyMany([token]);
  if (verification === undefined || verification.status === 'unavailable')
    throw new AuthError('unavailable', { retryAfterMs: verification?.retryAfterMs ?? 1_000 });
  if (verification.status === 'rejected') return INACTIVE;
  const { session, purpose } = verification;
  const { publicUrl } = ctx.deps.config;
  return {
    active: true,
    iss: publicUrl,
    aud: publicUrl,
    sub: session.accountId as AccountId,
    sid: session.sessionId as SessionId,
    ...timesIn(token),
    auth_time: Math.floor(session.authenticatedAt / 1_000),
    token_type: purpose === 'bearer' ? 'Bearer' : 'Cookie',
  };
};
