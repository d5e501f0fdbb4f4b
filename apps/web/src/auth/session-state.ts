import type { Account } from '@portcullis/contracts/account';
import type { Session } from '@portcullis/contracts/session';
import { type Failure, isSessionOver, toFailure } from './failure.ts';

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

/**
 * Decides the state from the last answer and the last error of `account.me`. A refusal after an answer is not for this
 * function to judge: the session guard does, within a request, and then says how the session ended.
 */
export const sessionState = ({ data, error }: Asked): SessionState => {
  const failure = error ? toFailure(error) : null;
  const refused = failure !== null && isSessionOver(failure.reason);
  if (data) return { status: 'signedIn', ...data, outage: refused ? null : failure };
  if (refused) return { status: 'signedOut', failure };
  if (failure) return { status: 'unavailable', failure };
  return { status: 'pending' };
};
