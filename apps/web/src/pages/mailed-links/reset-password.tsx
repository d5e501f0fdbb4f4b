import { resetPasswordInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import * as z from 'zod/mini';
import { KnownFailure } from '../../api/failure.ts';
import { trpc } from '../../api/trpc.ts';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { knownBrokenRules } from '../../forms/known-rules.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { fields } from '../../messages/fields.ts';
import { resetPassword } from '../../messages/mailed-links.ts';
import { useMailedSecret } from '../../session/mailed-secret.ts';
import { forgetPrivateData } from '../../session/query-client.ts';
import { IncompleteLink, LinkOutcome } from './link-page.tsx';

const newPasswordOnly = z.pick(resetPasswordInput, { newPassword: true });

const StaleReset = () => (
  <LinkOutcome title={resetPassword.staleTitle} lead={resetPassword.stale}>
    <ButtonLink to="/forgot-password">{resetPassword.again}</ButtonLink>
  </LinkOutcome>
);

const ResetWith = ({ token }: { token: string }) => {
  const resetting = trpc.account.resetPassword.useMutation();
  const [ended, setEnded] = useState<number | null>(null);
  const [stale, setStale] = useState(false);
  const service = useServiceForm({
    schema: newPasswordOnly,
    defaultValues: { newPassword: '' },
    newPasswordField: 'newPassword',
    submit: async ({ newPassword }) => {
      const rules = knownBrokenRules(newPassword);
      if (rules.length > 0) throw new KnownFailure({ reason: 'password_rejected', rules });
      const { sessionsEnded } = await resetting.mutateAsync({ token, newPassword });
      // If this browser was signed in to the account, it no longer is.
      forgetPrivateData();
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
        id="reset-password"
        submitLabel={resetPassword.submit}
        pendingLabel={resetPassword.pending}
        wide
      >
        <PasswordField
          form={service.form}
          name="newPassword"
          id="new-password"
          label={fields.newPassword}
          autoComplete="new-password"
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
