import { changePasswordInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import { KnownFailure } from '../../api/failure.ts';
import { trpc } from '../../api/trpc.ts';
import { Card } from '../../components/card.tsx';
import { Notice } from '../../components/notice.tsx';
import { knownBrokenRules } from '../../forms/known-rules.ts';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { security } from '../../messages/dashboard.ts';
import { fields } from '../../messages/fields.ts';
import { changingSession } from '../../session/session-change.ts';
import { useAccount } from './account-context.ts';
import { HiddenUsername } from './hidden-username.tsx';

const PasswordForm = ({ onChanged }: { onChanged: (sessionsEnded: number) => void }) => {
  const { account } = useAccount();
  const utils = trpc.useUtils();
  const changing = trpc.account.changePassword.useMutation();
  const service = useServiceForm({
    schema: changePasswordInput,
    defaultValues: { currentPassword: '', newPassword: '' },
    newPasswordField: 'newPassword',
    wrongPassword: { field: 'currentPassword', code: 'wrong' },
    submit: async (values) => {
      const rules = knownBrokenRules(values.newPassword);
      if (rules.length > 0) throw new KnownFailure({ reason: 'password_rejected', rules });
      // The session is replaced by a new one: refusals of the old cookie meanwhile mean nothing.
      const answer = await changingSession(() => changing.mutateAsync(values));
      await utils.invalidate();
      onChanged(answer.sessionsEnded);
    },
  });
  const { form, submissions } = service;
  return (
    <ServiceFormFrame
      service={service}
      id="change-password"
      submitLabel={security.passwordSubmit}
      pendingLabel={security.passwordPending}
    >
      <HiddenUsername email={account.email} />
      <PasswordField
        form={form}
        name="currentPassword"
        id="current-password"
        label={fields.currentPassword}
        autoComplete="current-password"
        submissions={submissions}
      />
      <PasswordField
        form={form}
        name="newPassword"
        id="new-password"
        label={fields.newPassword}
        autoComplete="new-password"
        submissions={submissions}
      />
    </ServiceFormFrame>
  );
};

export const ChangePassword = () => {
  const [changes, setChanges] = useState<{ count: number; sessionsEnded: number }>({
    count: 0,
    sessionsEnded: 0,
  });
  return (
    <Card title={security.passwordTitle} lead={security.passwordLead}>
      <div className="max-w-md space-y-5">
        {changes.count > 0 && (
          <Notice tone="success" role="status" key={changes.count}>
            {security.passwordChanged(changes.sessionsEnded)}
          </Notice>
        )}
        {/* A new form after each success: password managers save when the submitted one has left the page. */}
        <PasswordForm
          key={`form-${changes.count}`}
          onChanged={(sessionsEnded) => setChanges({ count: changes.count + 1, sessionsEnded })}
        />
      </div>
    </Card>
  );
};
