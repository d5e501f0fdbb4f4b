import { changePasswordInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import { KnownFailure } from '../../auth/failure.ts';
import { useChangePassword } from '../../auth/hooks/use-passwords.ts';
import { Card } from '../../components/card.tsx';
import { Notice } from '../../components/notice.tsx';
import { knownBrokenRules } from '../../forms/known-rules.ts';
import { NewPasswordField } from '../../forms/new-password-field.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { securityWords } from '../../messages/dashboard.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { useUser } from '../../auth/hooks/use-user.ts';
import { HiddenUsername } from './hidden-username.tsx';
import { useWords } from '../../language/language.ts';

const PasswordForm = ({ onChanged }: { onChanged: (sessionsEnded: number) => void }) => {
  const security = useWords(securityWords);
  const fields = useWords(fieldsWords);
  const { account } = useUser();
  const changing = useChangePassword();
  const service = useServiceForm({
    id: 'change-password',
    schema: changePasswordInput,
    defaultValues: { currentPassword: '', newPassword: '' },
    newPasswordField: 'newPassword',
    wrongPassword: { field: 'currentPassword', code: 'wrong' },
    submit: async (values) => {
      const rules = knownBrokenRules(values.newPassword);
      if (rules.length > 0) throw new KnownFailure({ reason: 'password_rejected', rules });
      const answer = await changing.mutateAsync(values);
      onChanged(answer.sessionsEnded);
    },
  });
  const { form, submissions } = service;
  return (
    <ServiceFormFrame
      service={service}
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
      <NewPasswordField
        form={form}
        name="newPassword"
        id="new-password"
        label={fields.newPassword}
        known={[account.name ?? '', account.email]}
        submissions={submissions}
      />
    </ServiceFormFrame>
  );
};

/** The submitted form leaves the page with the focus in it: without this the next Tab would start at the top. */
const takeFocus = (element: HTMLElement | null): void => element?.focus();

export const ChangePassword = () => {
  const security = useWords(securityWords);
  const [changes, setChanges] = useState<{ count: number; sessionsEnded: number }>({
    count: 0,
    sessionsEnded: 0,
  });
  return (
    <Card title={security.passwordTitle} lead={security.passwordLead}>
      <div className="max-w-md space-y-5">
        {changes.count > 0 && (
          <div key={changes.count} ref={takeFocus} tabIndex={-1} className="rounded-control">
            <Notice tone="success" role="status">
              {security.passwordChanged(changes.sessionsEnded)}
            </Notice>
          </div>
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
