import { deleteInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import { useDeleteAccount } from '../../auth/hooks/use-account-data.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { yourDataWords } from '../../messages/dashboard.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { useUser } from '../../auth/hooks/use-user.ts';
import { HiddenUsername } from './hidden-username.tsx';
import { useWords } from '../../language/language.ts';

const DeleteDialog = ({ onClose }: { onClose: () => void }) => {
  const yourData = useWords(yourDataWords);
  const fields = useWords(fieldsWords);
  const { account } = useUser();
  const deleting = useDeleteAccount();
  const service = useServiceForm({
    id: 'delete-account',
    schema: deleteInput,
    defaultValues: { password: '' },
    wrongPassword: { field: 'password', code: 'wrong' },
    submit: async ({ password }) => {
      await deleting.mutateAsync({ password });
    },
  });
  return (
    <Dialog title={yourData.deleteConfirmTitle} lead={yourData.deleteConfirmLead} onClose={onClose}>
      <ServiceFormFrame
        service={service}
        submitLabel={yourData.deleteSubmit}
        pendingLabel={yourData.deletePending}
        look="danger"
        beside={
          <Button look="quiet" onClick={onClose}>
            {yourData.cancel}
          </Button>
        }
      >
        <HiddenUsername email={account.email} />
        <PasswordField
          form={service.form}
          name="password"
          id="delete-password"
          label={fields.password}
          autoComplete="current-password"
          submissions={service.submissions}
        />
      </ServiceFormFrame>
    </Dialog>
  );
};

export const DeleteAccount = () => {
  const yourData = useWords(yourDataWords);
  const [open, setOpen] = useState(false);
  return (
    <Card title={yourData.deleteTitle} lead={yourData.deleteLead}>
      <Button look="danger" onClick={() => setOpen(true)}>
        {yourData.deleteOpen}
      </Button>
      {open && <DeleteDialog onClose={() => setOpen(false)} />}
    </Card>
  );
};
