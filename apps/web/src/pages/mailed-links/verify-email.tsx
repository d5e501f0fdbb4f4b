import { emailOnlyInput } from '@portcullis/contracts/account';
import { reauthenticateInput } from '@portcullis/contracts/session';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useResendVerification, useVerifyEmail } from '../../auth/hooks/use-emails.ts';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { verifyEmailWords } from '../../messages/mailed-links.ts';
import { useMailedSecret } from './mailed-secret.ts';
import { LinkButton } from './link-button.tsx';
import { IncompleteLink, LinkOutcome } from './link-page.tsx';
import { useLinkAction } from './use-link-action.ts';
import { useWords } from '../../language/language.ts';

/** Asks for a fresh confirmation mail when this link is spent. */
const StaleVerification = () => {
  const fields = useWords(fieldsWords);
  const verifyEmail = useWords(verifyEmailWords);
  const navigate = useNavigate();
  const asking = useResendVerification();
  const service = useServiceForm({
    id: 'new-verification',
    schema: emailOnlyInput,
    defaultValues: { email: '' },
    submit: async ({ email }) => {
      await asking.mutateAsync({ email });
      await navigate({ to: '/check-mail', search: { for: 'verification' }, state: { email } });
    },
  });
  return (
    <EntryLayout title={verifyEmail.staleTitle} lead={verifyEmail.stale}>
      <ServiceFormFrame
        service={service}
        submitLabel={verifyEmail.sendLink}
        pendingLabel={verifyEmail.sending}
        wide
      >
        <TextField
          form={service.form}
          name="email"
          id="email"
          kind="email"
          label={fields.email}
          autoComplete="username"
        />
      </ServiceFormFrame>
    </EntryLayout>
  );
};

type ProveProps = { token: string; onDone: () => void; onStale: () => void };

/** The link alone proves the mailbox; in another browser the password proves who signed up. */
const ProveSignUp = ({ token, onDone, onStale }: ProveProps) => {
  const fields = useWords(fieldsWords);
  const verifyEmail = useWords(verifyEmailWords);
  const verifying = useVerifyEmail();
  const service = useServiceForm({
    id: 'prove-sign-up',
    schema: reauthenticateInput,
    defaultValues: { password: '' },
    wrongPassword: { field: 'password', code: 'not_this_sign_up' },
    submit: async ({ password }) => {
      await verifying.mutateAsync({ token, password });
      onDone();
    },
    onFailure: ({ reason }) => {
      if (reason !== 'verification_invalid') return false;
      onStale();
      return true;
    },
  });
  return (
    <EntryLayout title={verifyEmail.passwordTitle} lead={verifyEmail.passwordLead}>
      <ServiceFormFrame
        service={service}
        submitLabel={verifyEmail.submit}
        pendingLabel={verifyEmail.pending}
        wide
      >
        <PasswordField
          form={service.form}
          name="password"
          id="password"
          label={fields.password}
          autoComplete="current-password"
          submissions={service.submissions}
        />
      </ServiceFormFrame>
    </EntryLayout>
  );
};

const VerifyWith = ({ token }: { token: string }) => {
  const verifyEmail = useWords(verifyEmailWords);
  const verifying = useVerifyEmail();
  const action = useLinkAction(() => verifying.mutateAsync({ token }));
  const [outcome, setOutcome] = useState<'done' | 'stale' | null>(null);
  if (action.done || outcome === 'done') {
    return (
      <LinkOutcome title={verifyEmail.doneTitle} lead={verifyEmail.done}>
        <ButtonLink to="/sign-in">{verifyEmail.signIn}</ButtonLink>
      </LinkOutcome>
    );
  }
  if (action.stale || outcome === 'stale') return <StaleVerification />;
  if (action.failure?.reason === 'credentials_invalid') {
    return (
      <ProveSignUp token={token} onDone={() => setOutcome('done')} onStale={() => setOutcome('stale')} />
    );
  }
  return (
    <EntryLayout title={verifyEmail.title} lead={verifyEmail.lead}>
      <LinkButton action={action} label={verifyEmail.submit} pendingLabel={verifyEmail.pending} />
    </EntryLayout>
  );
};

export const VerifyEmailPage = () => {
  const token = useMailedSecret('/verify-email');
  return token === null ? <IncompleteLink /> : <VerifyWith key={token} token={token} />;
};
