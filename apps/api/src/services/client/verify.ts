import type { AccountId, SessionId } from '@portcullis/contracts/ids';
import type { VerifyRequest, VerifyResponse, VerifyResult } from '@portcullis/contracts/services';
import type { LiveSession } from '@portcullis/authority/ports';
import { AuthError } from '../../errors.ts';
import type { TokenVerification } from '../authority.ts';
import type { RequestContext } from '../context.ts';

/**
 * The strict answer about each token: as of a moment after this call began (P1).
 * @throws AuthError `unavailable` when one of them cannot be decided, unless the caller knows the third answer
 */
export const verifyTokens = async (ctx: RequestContext, request: VerifyRequest): Promise<VerifyResponse> => {
  const { authority } = ctx.deps;
  const verifications = await authority.verifyMany(request.tokens);
  const undecided = verifications.flatMap((one) => (one.status === 'unavailable' ? [one.retryAfterMs] : []));
  // When nothing could be decided there is nothing that a partial answer could tell.
  if (undecided.length > 0 && (request.partial !== true || undecided.length === verifications.length))
    throw new AuthError('unavailable', { retryAfterMs: Math.max(...undecided) });
  return { results: verifications.map(resultOf), at: authority.databaseNow().toISOString() };
};

const resultOf = (verification: TokenVerification): VerifyResult => {
  switch (verification.status) {
    case 'live':
      return {
        active: true,
        session: sessionOf(verification.session),
        // An account comes into being only once its address was proven.
        account: { id: verification.session.accountId as AccountId, emailVerified: true },
      };
    case 'rejected':
      return { active: false, reason: REASONS[verification.reason] };
    case 'unavailable':
      return { active: null, reason: 'unavailable' };
  }
};

const REASONS = {
  session_revoked: 'revoked',
  session_expired: 'expired',
  session_missing: 'invalid',
  token_invalid: 'invalid',
} as const;

const iso = (ms: number) => new Date(Math.trunc(ms)).toISOString();

const sessionOf = (session: LiveSession) => ({
  id: session.sessionId as SessionId,
  createdAt: iso(session.createdAt),
  authenticatedAt: iso(session.authenticatedAt),
  expiresAt: iso(session.expiresAt),
});
