import { useResendVerification } from '../../auth/hooks/use-emails.ts';
import { useForgotPassword } from '../../auth/hooks/use-passwords.ts';
import { clock, useCountdown } from '../../components/countdown.ts';
import { textLinkClass } from '../../components/text-link.tsx';
import { failureSentence } from '../../forms/sentences.ts';
import { checkMailWords } from '../../messages/entry.ts';
import { failureDetailsWords } from '../../messages/failures.ts';
import { useWords } from '../../language/language.ts';

export type MailKind = 'sign-up' | 'verification' | 'reset';

type SendLinkAgainProps = { email: string; kind: MailKind; label: string };

const useResend = (kind: MailKind) => {
  const verification = useResendVerification();
  const reset = useForgotPassword();
  return kind === 'reset' ? reset : verification;
};

/** Asks for the mail once more and says what came of it; a limit of the service is counted down in place. */
export const SendLinkAgain = ({ email, kind, label }: SendLinkAgainProps) => {
  const checkMail = useWords(checkMailWords);
  const failureDetails = useWords(failureDetailsWords);
  const { mutate, isPending, isSuccess, error, failure } = useResend(kind);
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
