import { deleteInput } from '@portcullis/contracts/account';
import { useState } from 'react';
import { trpc } from '../../api/trpc.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { yourData } from '../../messages/dashboard.ts';
import { fields } from '../../messages/fields.ts';
import { tellOtherTabs } from '../../session/live-channel.ts';
import { endSession } from '../../session/query-client.ts';
import { changingSession } from '../../session/session-change.ts';
import { useAccount } from './account-context.ts';
import { HiddenUsername } from './hidden-username.tsx';

const DeleteDialog = ({ onClose }: { onClose: () => void }) => {
  const { account } = useAccount();
  const deleting = trpc.account.delete.useMutation();
  const service = useServiceForm({
    schema: deleteInput,
    defaultValues: { password: '' },
    wrongPassword: { field: 'password', code: 'wrong' },
    submit: async ({ password }) => {
      await changingSession(() => deleting.mutateAsync({ password }));
      endSession({ kind: 'self', how: 'deleted', sessionsEnded: 0 });
      tellOtherTabs({ kind: 'look' });
    },
  });
  return (
    <Dialog title={yourData.deleteConfirmTitle} lead={yourData.deleteConfirmLead} onClose={onClose}>
      <ServiceFormFrame
        service={service}
        id="delete-account"
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
