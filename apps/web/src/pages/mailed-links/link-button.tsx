import { Button } from '../../components/button.tsx';
import { clock, useCountdown } from '../../components/countdown.ts';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { failureDetailsWords } from '../../messages/failures.ts';
import type { LinkAction } from './use-link-action.ts';
import { useWords } from '../../language/language.ts';

type LinkButtonProps = { action: LinkAction<unknown>; label: string; pendingLabel: string };

export const LinkButton = ({ action, label, pendingLabel }: LinkButtonProps) => {
  const failureDetails = useWords(failureDetailsWords);
  const { failure } = action;
  const wait = useCountdown(
    failure?.reason === 'rate_limited' ? (failure.retryAfterMs ?? 30_000) : null,
    failure,
  );
  const waiting = wait !== null && wait.seconds > 0;
  return (
    <div className="space-y-5">
      {failure && <FailureNotice failure={failure} wait={wait} />}
      <Button
        className="w-full"
        pending={action.pending}
        pendingLabel={pendingLabel}
        waiting={waiting}
        onClick={action.run}
      >
        <span className="numeric">{waiting ? failureDetails.limited(clock(wait.seconds)) : label}</span>
      </Button>
    </div>
  );
};
