import { AuthError } from '../errors.ts';
import type { Deps, SignedIn } from '../services/context.ts';
import type { PresentedCredential } from './context.ts';

/**
 * Asks whether the presented credential names a live session; the check begins after this call did (P1).
 * @throws AuthError `session_missing` without a credential, `token_invalid`, `session_missing`, `session_revoked`,
 * `session_expired`, `unavailable`.
 */
export const authenticate = async (
  { authority }: Pick<Deps, 'authority'>,
  credential: PresentedCredential | null,
): Promise<SignedIn> => {
  if (credential === null) throw new AuthError('session_missing');
  const { transport, token } = credential;
  const verification = await authority.verify(token, transport);
  switch (verification.status) {
    case 'live': {
      const { session } = verification;
      return { accountId: session.accountId, sessionId: session.sessionId, transport, session };
    }
    case 'rejected':
      throw new AuthError(verification.reason);
    case 'unavailable':
      throw new AuthError('unavailable', { retryAfterMs: verification.retryAfterMs });
  }
};
