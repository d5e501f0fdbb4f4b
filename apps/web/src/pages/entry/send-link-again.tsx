import { trpc } from '../../api/trpc.ts';
import { toFailure } from '../../api/failure.ts';
import { clock, useCountdown } from '../../components/countdown.ts';
import { textLinkClass } from '../../components/text-link.tsx';
import { failureSentence } from '../../forms/sentences.ts';
import { checkMail } from '../../messages/entry.ts';
import { failureDetails } from '../../messages/failures.ts';

export type MailKind = 'sign-up' | 'verification' | 'reset';

type SendLinkAgainProps = { email: string; kind: MailKind; label: string };

const useResend = (kind: MailKind) => {
  const verification = trpc.account.requestEmailVerification.useMutation();
  const reset = trpc.account.requestPasswordReset.useMutation();
  return kind === 'reset' ? reset : verification;
};

/** Asks for the mail once more and says what came of it; a limit of the service is counted down in place. */
export const SendLinkAgain = ({ email, kind, label }: SendLinkAgainProps) => {
  const { mutate, isPending, isSuccess, error } = useResend(kind);
  const failure = error ? toFailure(error) : null;
  const wait = useCountdown(
    failure?.reason === 'rate_limited' ? (failure.retryAfterMs ?? 30_000) : null,
    error,
  );
  const waiting = wait !== null && wait.seconds > 0;
  return (
    <span>
      <button
        type="button"
        className={textLinkClass}
        aria-disabled={isPending || waiting || undefined}
        onClick={() => {
          if (!isPending && !waiting) mutate({ email });
        }}
      >
        {isPending ? checkMail.sending : label}
      </button>
      <span role="status" className="block pt-1">
        {isSuccess && checkMail.sentAgain}
        {failure &&
          !waiting &&
          failure.reason !== 'rate_limited' &&
          failureSentence(failure, navigator.onLine)}
        {waiting && <span className="sr-only">{wait.spoken}</span>}
      </span>
      {waiting && (
        <span aria-hidden="true" className="numeric block">
          {failureDetails.limitedTitle}. {failureDetails.limited(clock(wait.seconds))}.
        </span>
      )}
    </span>
  );
};
