import { useConfirmEmailChange } from '../../auth/hooks/use-emails.ts';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { confirmEmailChangeWords } from '../../messages/mailed-links.ts';
import { useMailedSecret } from './mailed-secret.ts';
import { LinkButton } from './link-button.tsx';
import { IncompleteLink, LinkOutcome } from './link-page.tsx';
import { useLinkAction } from './use-link-action.ts';
import { useWords } from '../../language/language.ts';

const ConfirmWith = ({ token }: { token: string }) => {
  const confirmEmailChange = useWords(confirmEmailChangeWords);
  const confirming = useConfirmEmailChange();
  const action = useLinkAction(() => confirming.mutateAsync({ token }));
  if (action.done) {
    return (
      <LinkOutcome title={confirmEmailChange.doneTitle} lead={confirmEmailChange.done}>
        <ButtonLink to="/dashboard">{confirmEmailChange.account}</ButtonLink>
      </LinkOutcome>
    );
  }
  if (action.stale) {
    return (
      <LinkOutcome title={confirmEmailChange.staleTitle} lead={confirmEmailChange.stale}>
        <ButtonLink to="/dashboard/security" look="secondary">
          {confirmEmailChange.account}
        </ButtonLink>
      </LinkOutcome>
    );
  }
  return (
    <EntryLayout title={confirmEmailChange.title} lead={confirmEmailChange.lead}>
      <LinkButton
        action={action}
        label={confirmEmailChange.submit}
        pendingLabel={confirmEmailChange.pending}
      />
    </EntryLayout>
  );
};

export const ConfirmEmailChangePage = () => {
  const token = useMailedSecret('/confirm-email-change');
  return token === null ? <IncompleteLink /> : <ConfirmWith key={token} token={token} />;
};
