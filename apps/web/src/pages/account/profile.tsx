import { updateInput } from '@portcullis/contracts/account';
import { type ReactNode, useState } from 'react';
import { useUpdateAccount } from '../../auth/hooks/use-account-data.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { dayOf } from '../../components/time-words.ts';
import { ServiceFormFrame } from '../../forms/service-form.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { useServiceForm } from '../../forms/use-service-form.ts';
import { profileWords } from '../../messages/dashboard.ts';
import { fieldsWords } from '../../messages/fields.ts';
import { useUser } from '../../auth/hooks/use-user.ts';
import { localeTag, useWords } from '../../language/language.ts';

const NameForm = ({ onClose }: { onClose: (saved: boolean) => void }) => {
  const profile = useWords(profileWords);
  const fields = useWords(fieldsWords);
  const { account } = useUser();
  const updating = useUpdateAccount();
  const service = useServiceForm({
    id: 'profile',
    schema: updateInput,
    defaultValues: { name: account.name ?? '' },
    submit: async ({ name }) => {
      await updating.mutateAsync({ name });
      onClose(true);
    },
  });
  return (
    <ServiceFormFrame
      service={service}
      submitLabel={profile.save}
      pendingLabel={profile.saving}
      beside={
        <Button look="quiet" onClick={() => onClose(false)}>
          {profile.cancel}
        </Button>
      }
    >
      <TextField
        form={service.form}
        name="name"
        id="name"
        kind="name"
        label={fields.name}
        autoComplete="name"
        whenEmpty={null}
      />
    </ServiceFormFrame>
  );
};

const Row = ({ term, children }: { term: string; children: ReactNode }) => (
  <div className="grid gap-x-6 gap-y-0.5 py-3 first:pt-0 last:pb-0 sm:grid-cols-[9rem_minmax(0,1fr)]">
    <dt className="text-sm text-muted">{term}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </div>
);

export const Profile = () => {
  const profile = useWords(profileWords);
  const { account } = useUser();
  const [editing, setEditing] = useState(false);
  const [saved, setSaved] = useState(false);
  const close = (wasSaved: boolean): void => {
    setEditing(false);
    setSaved(wasSaved);
  };
  return (
    <Card
      title={profile.title}
      aside={
        !editing && (
          <Button
            look="secondary"
            size="small"
            onClick={() => {
              setEditing(true);
              setSaved(false);
            }}
          >
            {profile.edit}
          </Button>
        )
      }
    >
      {editing ? (
        <NameForm onClose={close} />
      ) : (
        <dl className="divide-y divide-line">
          <Row term={profile.name}>
            {account.name ?? <span className="text-muted">{profile.noName}</span>}
          </Row>
          <Row term={profile.email}>
            {account.email}{' '}
            <span className="text-sm text-muted">
              ({account.emailVerified ? profile.verified : profile.unverified})
            </span>
          </Row>
          <Row term={profile.since}>{dayOf(account.createdAt, localeTag())}</Row>
        </dl>
      )}
      <p role="status" className="text-sm text-success not-empty:mt-4">
        {saved ? profile.saved : ''}
      </p>
    </Card>
  );
};
