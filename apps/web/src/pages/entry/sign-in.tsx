import { signInInput } from '@portcullis/contracts/session';
import { getRouteApi, Navigate, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSignIn } from '../../auth/hooks/use-sign-in.ts';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { carriedEmail, dropCarriedEmail, useCarriedEmail } from '../../forms/carried-email.ts';
import { Checkbox } from '../../forms/checkbox.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { signInWords } from '../../messages/entry.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { safeReturnTo } from '../../auth/return-to.ts';
import { useSession } from '../../auth/hooks/use-session.ts';
import { SendLinkAgain } from './send-link-again.tsx';
import { useWords } from '../../language/language.ts';

const route = getRouteApi('/sign-in');

const useSignInForm = (onUnverified: (email: string | null) => void) => {
  const { returnTo } = route.useSearch();
  const navigate = useNavigate();
  const signingIn = useSignIn();
  const service = useServiceForm({
    id: 'sign-in',
    schema: signInInput,
    defaultValues: { email: carriedEmail(), password: '', remember: false },
    wrongPassword: { field: 'password' },
    submit: async (values) => {
      onUnverified(null);
      await signingIn.mutateAsync(values);
      dropCarriedEmail();
      await navigate({ to: safeReturnTo(returnTo), replace: true });
    },
    onFailure: (failure) => {
      if (failure.reason !== 'email_unverified') return false;
      onUnverified(service.form.getValues('email'));
      return true;
    },
  });
  useCarriedEmail(service.form);
  return service;
};

export const SignInPage = () => {
  const signIn = useWords(signInWords);
  const fields = useWords(fieldsWords);
  const { returnTo } = route.useSearch();
  const { state } = useSession();
  const [unverified, setUnverified] = useState<string | null>(null);
  const service = useSignInForm(setUnverified);
  const { form, submissions } = service;
  if (state.status === 'signedIn' && !service.pending)
    return <Navigate to={safeReturnTo(returnTo)} replace />;
  return (
    <EntryLayout
      title={signIn.title}
      lead={signIn.lead}
      after={
        <p>
          {signIn.noAccount} <TextLink to="/sign-up">{signIn.signUp}</TextLink>
        </p>
      }
    >
      {state.status === 'unavailable' && !service.failure && (
        <div className="mb-6">
          <Notice tone="warning" role="status" title={signIn.unavailableTitle}>
            {signIn.unavailable}
          </Notice>
        </div>
      )}
      <ServiceFormFrame service={service} submitLabel={signIn.submit} pendingLabel={signIn.pending} wide>
        <TextField
          form={form}
          name="email"
          id="email"
          kind="email"
          label={fields.email}
          autoComplete="username"
        />
        <div>
          <PasswordField
            form={form}
            name="password"
            id="password"
            label={fields.password}
            autoComplete="current-password"
            submissions={submissions}
          />
          <p className="mt-2 text-sm">
            <TextLink to="/forgot-password">{signIn.forgot}</TextLink>
          </p>
        </div>
        <Checkbox form={form} name="remember" id="remember" label={signIn.remember} />
        {unverified !== null && (
          <Notice tone="warning" role="alert" title={signIn.unverifiedTitle}>
            <p>{signIn.unverified}</p>
            <SendLinkAgain email={unverified} kind="verification" label={signIn.sendLink} />
          </Notice>
        )}
      </ServiceFormFrame>
    </EntryLayout>
  );
};
