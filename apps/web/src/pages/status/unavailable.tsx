import type { Failure } from '../../auth/failure.ts';
import { useServiceStatus } from '../../auth/hooks/use-service-status.ts';
import { Button } from '../../components/button.tsx';
import { clock, useCountdown } from '../../components/countdown.ts';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { failureDetailsWords } from '../../messages/failures.ts';
import { rateLimitedWords, unavailableWords, unexpectedWords } from '../../messages/status-pages.ts';
import { useWords, wordsOf } from '../../language/language.ts';

type UnavailablePageProps = { failure: Failure; asking: boolean; askAgain: () => void };

const wordsFor = (failure: Failure, offline: boolean): { title: string; lead: string } => {
  if (failure.reason === 'rate_limited') return wordsOf(rateLimitedWords);
  if (failure.reason === 'internal') return wordsOf(unexpectedWords);
  const unavailable = wordsOf(unavailableWords);
  return offline ? { title: unavailable.offlineTitle, lead: unavailable.offline } : unavailable;
};

/** Nobody could be asked who is signed in. Nothing is cleared and nobody is sent away: the page asks again by itself. */
export const UnavailablePage = ({ failure, asking, askAgain }: UnavailablePageProps) => {
  const failureDetails = useWords(failureDetailsWords);
  const unavailable = useWords(unavailableWords);
  const service = useServiceStatus();
  const { title, lead } = wordsFor(failure, service.status === 'offline');
  const wait = useCountdown(
    failure.reason === 'rate_limited' ? (failure.retryAfterMs ?? 30_000) : null,
    failure,
  );
  const waiting = wait !== null && wait.seconds > 0;
  return (
    <EntryLayout title={title} lead={<p role="status">{lead}</p>}>
      <div className="space-y-5">
        {failure.reason === 'internal' && <FailureNotice failure={failure} />}
        <Button
          look="secondary"
          className="w-full"
          pending={asking && !waiting}
          pendingLabel={unavailable.retrying}
          waiting={waiting}
          onClick={askAgain}
        >
          <span className="numeric">
            {waiting ? failureDetails.limited(clock(wait.seconds)) : unavailable.retry}
          </span>
        </Button>
        {wait && (
          <p role="status" className="sr-only">
            {wait.spoken}
          </p>
        )}
      </div>
    </EntryLayout>
  );
};
