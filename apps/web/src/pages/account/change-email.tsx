import { requestEmailChangeInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import { trpc } from '../../api/trpc.ts';
import { Card } from '../../components/card.tsx';
import { Notice } from '../../components/notice.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { security } from '../../messages/dashboard.ts';
import { fields } from '../../messages/fields.ts';
import { useAccount } from './account-context.ts';
import { StepUpDeclined, useStepUp } from './step-up.tsx';

export const ChangeEmail = () => {
  const { account } = useAccount();
  const withStepUp = useStepUp();
  const asking = trpc.account.requestEmailChange.useMutation();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const service = useServiceForm({
    schema: requestEmailChangeInput,
    defaultValues: { newEmail: '' },
    submit: async (values) => {
      setSentTo(null);
      try {
        await withStepUp(() => asking.mutateAsync(values));
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
          id="change-email"
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
