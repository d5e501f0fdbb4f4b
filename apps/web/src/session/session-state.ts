import type { Account } from '@portcullis/contracts/account';
import type { Session } from '@portcullis/contracts/session';
import { type Failure, isSessionOver, toFailure } from '../api/failure.ts';

/**
 * What this browser knows about its session. `unavailable` is not `signedOut`: when nobody could be asked, nothing is
 * cleared and nobody is sent to the sign-in page.
 */
export type SessionState =
  | { status: 'pending' }
  | { status: 'signedIn'; account: Account; session: Session; outage: Failure | null }
  | { status: 'signedOut'; failure: Failure }
  | { status: 'unavailable'; failure: Failure };

type Asked = { data: { account: Account; session: Session } | undefined; error: unknown };

/** Decides the state from the last answer and the last error of `account.me`. */
export const sessionState = ({ data, error }: Asked): SessionState => {
  const failure = error ? toFailure(error) : null;
  if (failure && isSessionOver(failure.reason)) return { status: 'signedOut', failure };
  if (data) return { status: 'signedIn', ...data, outage: failure };
  if (failure) return { status: 'unavailable', failure };
  return { status: 'pending' };
};
