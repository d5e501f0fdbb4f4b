import type { Failure } from '../../api/failure.ts';
import { Button } from '../../components/button.tsx';
import { clock, useCountdown } from '../../components/countdown.ts';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { failureDetails } from '../../messages/failures.ts';
import { rateLimited, unavailable, unexpected } from '../../messages/status-pages.ts';

type UnavailablePageProps = { failure: Failure; asking: boolean; askAgain: () => void };

const wordsFor = (failure: Failure): { title: string; lead: string } => {
  if (failure.reason === 'rate_limited') return rateLimited;
  if (failure.reason === 'internal') return unexpected;
  if (failure.unreachable && !navigator.onLine)
    return { title: unavailable.offlineTitle, lead: unavailable.offline };
  return unavailable;
};

/** Nobody could be asked who is signed in. Nothing is cleared and nobody is sent away: the page asks again by itself. */
export const UnavailablePage = ({ failure, asking, askAgain }: UnavailablePageProps) => {
  const { title, lead } = wordsFor(failure);
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
