import { reauthenticateInput } from '@portcullis/contracts/session';
import { useReauthenticate, type StepUpPrompt } from '../../auth/hooks/step-up.tsx';
import { useUser } from '../../auth/hooks/use-user.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { stepUpWords } from '../../messages/dashboard.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { HiddenUsername } from './hidden-username.tsx';
import { useWords } from '../../language/language.ts';

/** Asks for the password before an action that needs a recent proof of it. */
export const StepUpDialog: StepUpPrompt = ({ onProven, onClose }) => {
  const stepUp = useWords(stepUpWords);
  const fields = useWords(fieldsWords);
  const { account } = useUser();
  const proving = useReauthenticate();
  const service = useServiceForm({
    id: 'step-up',
    schema: reauthenticateInput,
    defaultValues: { password: '' },
    wrongPassword: { field: 'password', code: 'wrong' },
    submit: async ({ password }) => {
      await proving.mutateAsync({ password });
      onProven();
    },
  });
  return (
    <Dialog title={stepUp.title} lead={stepUp.lead} onClose={onClose}>
      <ServiceFormFrame
        service={service}
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
