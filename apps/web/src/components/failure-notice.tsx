import type { Failure } from '../auth/failure.ts';
import { failureSentence } from '../forms/sentences.ts';
import { failureDetailsWords } from '../messages/failures.ts';
import type { Countdown } from './countdown.ts';
import { Notice } from './notice.tsx';
import { RequestId } from './request-id.tsx';
import { useWords } from '../language/language.ts';

/** What a form or an action was refused with, when no field is to blame. */
export const FailureNotice = ({ failure, wait }: { failure: Failure; wait?: Countdown | null }) => {
  const failureDetails = useWords(failureDetailsWords);
  if (failure.reason === 'rate_limited' && wait) {
    return (
      <Notice tone="warning" title={failureDetails.limitedTitle}>
        <p>{wait.seconds > 0 ? failureDetails.limitedNote : failureDetails.limitedOver}</p>
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
