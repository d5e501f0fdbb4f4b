import { signUpInput } from '@portcullis/contracts/account';
import { useNavigate } from '@tanstack/react-router';
import { KnownFailure } from '../../api/failure.ts';
import { trpc } from '../../api/trpc.ts';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { knownBrokenRules } from '../../forms/known-rules.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { signUp } from '../../messages/entry.ts';
import { fields } from '../../messages/fields.ts';

export const SignUpPage = () => {
  const navigate = useNavigate();
  const signingUp = trpc.account.signUp.useMutation();
  const service = useServiceForm({
    schema: signUpInput,
    defaultValues: { name: '', email: '', password: '' },
    newPasswordField: 'password',
    submit: async (values) => {
      const rules = knownBrokenRules(values.password);
      if (rules.length > 0) throw new KnownFailure({ reason: 'password_rejected', rules });
      await signingUp.mutateAsync(values);
      await navigate({ to: '/check-mail', search: { for: 'sign-up' }, state: { email: values.email } });
    },
  });
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
      <ServiceFormFrame
        service={service}
        id="sign-up"
        submitLabel={signUp.submit}
        pendingLabel={signUp.pending}
        wide
      >
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
        <PasswordField
          form={form}
          name="password"
          id="new-password"
          label={fields.password}
          autoComplete="new-password"
          submissions={submissions}
        />
      </ServiceFormFrame>
    </EntryLayout>
  );
};
