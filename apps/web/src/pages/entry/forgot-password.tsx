import { emailOnlyInput } from '@portcullis/contracts/account';
import { useNavigate } from '@tanstack/react-router';
import { trpc } from '../../api/trpc.ts';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { fields } from '../../messages/fields.ts';
import { forgotPassword } from '../../messages/mailed-links.ts';

export const ForgotPasswordPage = () => {
  const navigate = useNavigate();
  const asking = trpc.account.requestPasswordReset.useMutation();
  const service = useServiceForm({
    schema: emailOnlyInput,
    defaultValues: { email: '' },
    submit: async ({ email }) => {
      await asking.mutateAsync({ email });
      await navigate({ to: '/check-mail', search: { for: 'reset' }, state: { email } });
    },
  });
  return (
    <EntryLayout
      title={forgotPassword.title}
      lead={forgotPassword.lead}
      after={<TextLink to="/sign-in">{forgotPassword.signIn}</TextLink>}
    >
      <ServiceFormFrame
        service={service}
        id="forgot-password"
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
