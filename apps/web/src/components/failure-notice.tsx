import type { Failure } from '../api/failure.ts';
import { failureSentence } from '../forms/sentences.ts';
import { failureDetails } from '../messages/failures.ts';
import { clock, type Countdown } from './countdown.ts';
import { Notice } from './notice.tsx';
import { RequestId } from './request-id.tsx';

/** What a form or an action was refused with, when no field is to blame. */
export const FailureNotice = ({ failure, wait }: { failure: Failure; wait?: Countdown | null }) => {
  if (failure.reason === 'rate_limited' && wait) {
    return (
      <Notice tone="warning" title={failureDetails.limitedTitle}>
        <span aria-hidden="true" className="numeric">
          {wait.seconds > 0 ? failureDetails.limited(clock(wait.seconds)) : failureDetails.limitedOver}
        </span>
        <span role="status" className="sr-only">
          {wait.spoken}
        </span>
      </Notice>
    );
  }
  const unclear = failure.reason === 'unavailable' || failure.reason === 'rate_limited';
  return (
    <Notice tone={unclear ? 'warning' : 'danger'} role="alert">
      <p>{failureSentence(failure, navigator.onLine)}</p>
      {failure.reason === 'internal' && failure.requestId && <RequestId id={failure.requestId} />}
    </Notice>
  );
};
