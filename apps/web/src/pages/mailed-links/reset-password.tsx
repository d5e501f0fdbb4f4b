import { resetPasswordInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import * as z from 'zod/mini';
import { KnownFailure } from '../../auth/failure.ts';
import { useResetPassword } from '../../auth/hooks/use-passwords.ts';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { knownBrokenRules } from '../../forms/known-rules.ts';
import { NewPasswordField } from '../../forms/new-password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { resetPasswordWords } from '../../messages/mailed-links.ts';
import { useMailedSecret } from './mailed-secret.ts';
import { IncompleteLink, LinkOutcome } from './link-page.tsx';
import { useWords } from '../../language/language.ts';

const newPasswordOnly = z.pick(resetPasswordInput, { newPassword: true });

const StaleReset = () => {
  const resetPassword = useWords(resetPasswordWords);
  return (
    <LinkOutcome title={resetPassword.staleTitle} lead={resetPassword.stale}>
      <ButtonLink to="/forgot-password">{resetPassword.again}</ButtonLink>
    </LinkOutcome>
  );
};

const ResetWith = ({ token }: { token: string }) => {
  const fields = useWords(fieldsWords);
  const resetPassword = useWords(resetPasswordWords);
  const resetting = useResetPassword();
  const [ended, setEnded] = useState<number | null>(null);
  const [stale, setStale] = useState(false);
  const service = useServiceForm({
    id: 'reset-password',
    schema: newPasswordOnly,
    defaultValues: { newPassword: '' },
    newPasswordField: 'newPassword',
    submit: async ({ newPassword }) => {
      const rules = knownBrokenRules(newPassword);
      if (rules.length > 0) throw new KnownFailure({ reason: 'password_rejected', rules });
      const { sessionsEnded } = await resetting.mutateAsync({ token, newPassword });
      setEnded(sessionsEnded);
    },
    onFailure: ({ reason }) => {
      setStale(reason === 'verification_invalid');
      return reason === 'verification_invalid';
    },
  });
  if (ended !== null) {
    return (
      <LinkOutcome title={resetPassword.doneTitle} lead={resetPassword.done(ended)}>
        <ButtonLink to="/sign-in">{resetPassword.signIn}</ButtonLink>
      </LinkOutcome>
    );
  }
  if (stale) return <StaleReset />;
  return (
    <EntryLayout title={resetPassword.title} lead={resetPassword.lead}>
      <ServiceFormFrame
        service={service}
        submitLabel={resetPassword.submit}
        pendingLabel={resetPassword.pending}
        wide
      >
        <NewPasswordField
          form={service.form}
          name="newPassword"
          id="new-password"
          label={fields.newPassword}
          submissions={service.submissions}
        />
      </ServiceFormFrame>
    </EntryLayout>
  );
};

export const ResetPasswordPage = () => {
  const token = useMailedSecret('/reset-password');
  return token === null ? <IncompleteLink /> : <ResetWith key={token} token={token} />;
};
