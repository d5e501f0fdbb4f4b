import { requestEmailChangeInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import { useChangeEmail } from '../../auth/hooks/use-emails.ts';
import { Card } from '../../components/card.tsx';
import { Notice } from '../../components/notice.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { securityWords } from '../../messages/dashboard.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { useUser } from '../../auth/hooks/use-user.ts';
import { StepUpDeclined, useStepUp } from '../../auth/hooks/step-up.tsx';
import { useWords } from '../../language/language.ts';

export const ChangeEmail = () => {
  const security = useWords(securityWords);
  const fields = useWords(fieldsWords);
  const { account } = useUser();
  const { run } = useStepUp();
  const asking = useChangeEmail();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const service = useServiceForm({
    id: 'change-email',
    schema: requestEmailChangeInput,
    defaultValues: { newEmail: '' },
    submit: async (values) => {
      setSentTo(null);
      try {
        await run(() => asking.mutateAsync(values));
      } catch (error) {
        if (error instanceof StepUpDeclined) return;
        throw error;
      }
      service.form.reset();
      setSentTo(values.newEmail);
    },
  });
  return (
    <Card title={security.emailTitle} lead={security.emailLead(account.email)}>
      <div className="max-w-md space-y-5">
        {sentTo !== null && (
          <Notice tone="success" role="status">
            {security.emailSent(sentTo)}
          </Notice>
        )}
        <ServiceFormFrame
          service={service}
          submitLabel={security.emailSubmit}
          pendingLabel={security.emailPending}
        >
          <TextField
            form={service.form}
            name="newEmail"
            id="new-email"
            kind="email"
            label={fields.newEmail}
            autoComplete="email"
          />
        </ServiceFormFrame>
      </div>
    </Card>
  );
};
