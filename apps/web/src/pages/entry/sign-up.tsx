import { signUpInput } from '@portcullis/contracts/account';
import { useNavigate } from '@tanstack/react-router';
import { KnownFailure } from '../../auth/failure.ts';
import { useSignUp } from '../../auth/hooks/use-sign-up.ts';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { knownBrokenRules } from '../../forms/known-rules.ts';
import { NewPasswordField } from '../../forms/new-password-field.tsx';
import { carriedEmail, useCarriedEmail } from '../../forms/carried-email.ts';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { signUpWords } from '../../messages/entry.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { useWords } from '../../language/language.ts';

export const SignUpPage = () => {
  const signUp = useWords(signUpWords);
  const fields = useWords(fieldsWords);
  const navigate = useNavigate();
  const signingUp = useSignUp();
  const service = useServiceForm({
    id: 'sign-up',
    schema: signUpInput,
    defaultValues: { name: '', email: carriedEmail(), password: '' },
    newPasswordField: 'password',
    submit: async (values) => {
      const rules = knownBrokenRules(values.password);
      if (rules.length > 0) throw new KnownFailure({ reason: 'password_rejected', rules });
      await signingUp.mutateAsync(values);
      await navigate({ to: '/check-mail', search: { for: 'sign-up' }, state: { email: values.email } });
    },
  });
  useCarriedEmail(service.form);
  const { form, submissions } = service;
  return (
    <EntryLayout
      title={signUp.title}
      lead={signUp.lead}
      after={
        <p>
          {signUp.haveAccount} <TextLink to="/sign-in">{signUp.signIn}</TextLink>
        </p>
      }
    >
      <ServiceFormFrame service={service} submitLabel={signUp.submit} pendingLabel={signUp.pending} wide>
        <TextField
          form={form}
          name="name"
          id="name"
          kind="name"
          label={fields.nameOptional}
          autoComplete="name"
          whenEmpty={undefined}
        />
        <TextField
          form={form}
          name="email"
          id="email"
          kind="email"
          label={fields.email}
          autoComplete="username"
        />
        <NewPasswordField
          form={form}
          name="password"
          id="new-password"
          label={fields.password}
          known={form.watch(['name', 'email']).map(String)}
          submissions={submissions}
        />
      </ServiceFormFrame>
    </EntryLayout>
  );
};
