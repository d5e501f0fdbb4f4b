import { reauthenticateInput } from '@portcullis/contracts/session';
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';
import { toFailure } from '../../api/failure.ts';
import { trpc } from '../../api/trpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { stepUp } from '../../messages/dashboard.ts';
import { fields } from '../../messages/fields.ts';
import { changingSession } from '../../session/session-change.ts';
import { useAccount } from './account-context.ts';
import { HiddenUsername } from './hidden-username.tsx';

/** The person chose not to confirm: the action was not taken, and there is nothing to report. */
export class StepUpDeclined extends Error {
  constructor() {
    super('step-up declined');
    this.name = 'StepUpDeclined';
  }
}

type WithStepUp = <Result>(action: () => Promise<Result>) => Promise<Result>;

const StepUpContext = createContext<WithStepUp | null>(null);

/** Runs an action and, if the service asks for a recent password proof (RFC 9470), asks for it and runs it again. */
export const useStepUp = (): WithStepUp => {
  const value = use(StepUpContext);
  if (value === null) throw new Error('useStepUp outside of StepUpProvider');
  return value;
};

const StepUpDialog = ({ onProven, onClose }: { onProven: () => void; onClose: () => void }) => {
  const { account } = useAccount();
  const proving = trpc.session.reauthenticate.useMutation();
  const service = useServiceForm({
    schema: reauthenticateInput,
    defaultValues: { password: '' },
    wrongPassword: { field: 'password', code: 'wrong' },
    submit: async ({ password }) => {
      await changingSession(() => proving.mutateAsync({ password }));
      onProven();
    },
  });
  return (
    <Dialog title={stepUp.title} lead={stepUp.lead} onClose={onClose}>
      <ServiceFormFrame
        service={service}
        id="step-up"
        submitLabel={stepUp.submit}
        pendingLabel={stepUp.pending}
        beside={
          <Button look="quiet" onClick={onClose}>
            {stepUp.cancel}
          </Button>
        }
      >
        <HiddenUsername email={account.email} />
        <PasswordField
          form={service.form}
          name="password"
          id="step-up-password"
          label={fields.password}
          autoComplete="current-password"
          submissions={service.submissions}
        />
      </ServiceFormFrame>
    </Dialog>
  );
};

type Asking = { proven: () => void; declined: () => void };

export const StepUpProvider = ({ children }: { children: ReactNode }) => {
  const [asking, setAsking] = useState<Asking | null>(null);

  const prove = useCallback(
    () =>
      new Promise<void>((resolve, reject) => {
        setAsking({ proven: resolve, declined: () => reject(new StepUpDeclined()) });
      }).finally(() => setAsking(null)),
    [],
  );
  const withStepUp = useMemo<WithStepUp>(
    () => async (action) => {
      try {
        return await action();
      } catch (error) {
        if (toFailure(error).reason !== 'step_up_required') throw error;
        await prove();
        return action();
      }
    },
    [prove],
  );
  return (
    <StepUpContext value={withStepUp}>
      {children}
      {asking && <StepUpDialog onProven={asking.proven} onClose={asking.declined} />}
    </StepUpContext>
  );
};
