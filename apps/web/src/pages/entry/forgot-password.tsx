import { emailOnlyInput } from '@portcullis/contracts/account';
import { useNavigate } from '@tanstack/react-router';
import { useForgotPassword } from '../../auth/hooks/use-passwords.ts';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { carriedEmail, useCarriedEmail } from '../../forms/carried-email.ts';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { forgotPasswordWords } from '../../messages/mailed-links.ts';
import { useWords } from '../../language/language.ts';

export const ForgotPasswordPage = () => {
  const fields = useWords(fieldsWords);
  const forgotPassword = useWords(forgotPasswordWords);
  const navigate = useNavigate();
  const asking = useForgotPassword();
  const service = useServiceForm({
    id: 'forgot-password',
    schema: emailOnlyInput,
    defaultValues: { email: carriedEmail() },
    submit: async ({ email }) => {
      await asking.mutateAsync({ email });
      await navigate({ to: '/check-mail', search: { for: 'reset' }, state: { email } });
    },
  });
  useCarriedEmail(service.form);
  return (
    <EntryLayout
      title={forgotPassword.title}
      lead={forgotPassword.lead}
      after={<TextLink to="/sign-in">{forgotPassword.signIn}</TextLink>}
    >
      <ServiceFormFrame
        service={service}
        submitLabel={forgotPassword.submit}
        pendingLabel={forgotPassword.pending}
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
