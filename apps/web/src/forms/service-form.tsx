import type { ReactNode } from 'react';
import type { FieldValues } from 'react-hook-form';
import { Button, type Look } from '../components/button.tsx';
import { clock, useCountdown } from '../components/countdown.ts';
import { FailureNotice } from '../components/failure-notice.tsx';
import { failureDetailsWords } from '../messages/failures.ts';
import { type ServiceForm, UNKNOWN_WAIT_MS } from './use-service-form.ts';
import { useWords } from '../language/language.ts';

type ServiceFormFrameProps<Input extends FieldValues, Output> = {
  service: ServiceForm<Input, Output>;
  submitLabel: string;
  pendingLabel: string;
  look?: Look;
  /** `wide` fills the column (entry pages); otherwise the button takes its own width. */
  wide?: boolean;
  /** Stands beside the submit button, for instance "Cancel". */
  beside?: ReactNode;
  children: ReactNode;
};

/** The form element, its refusal and its one submit button. `method` keeps a password out of the address without script. */
export const ServiceFormFrame = <Input extends FieldValues, Output>(
  props: ServiceFormFrameProps<Input, Output>,
) => {
  const failureDetails = useWords(failureDetailsWords);
  const { service, submitLabel, pendingLabel, look, wide, beside, children } = props;
  const { id, failure, pending } = service;
  const limited = failure?.reason === 'rate_limited' ? (failure.retryAfterMs ?? UNKNOWN_WAIT_MS) : null;
  const wait = useCountdown(limited, failure);
  const waiting = wait !== null && wait.seconds > 0;
  return (
    <form
      id={id}
      method="post"
      action={window.location.pathname}
      noValidate
      className="space-y-5"
      onSubmit={(event) => (waiting ? event.preventDefault() : service.onSubmit(event))}
    >
      {children}
      {failure && <FailureNotice failure={failure} wait={wait} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          look={look ?? 'primary'}
          pending={pending}
          pendingLabel={pendingLabel}
          waiting={waiting}
          className={wide ? 'w-full' : ''}
        >
          <span className="numeric">
            {waiting ? failureDetails.limited(clock(wait.seconds)) : submitLabel}
          </span>
        </Button>
        {beside}
      </div>
    </form>
  );
};
