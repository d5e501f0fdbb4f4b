import { useUndoEmailChange } from '../../auth/hooks/use-emails.ts';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { mailedLinksWords, undoEmailChangeWords } from '../../messages/mailed-links.ts';
import { useMailedSecret } from './mailed-secret.ts';
import { LinkButton } from './link-button.tsx';
import { IncompleteLink, LinkOutcome } from './link-page.tsx';
import { useLinkAction } from './use-link-action.ts';
import { useWords } from '../../language/language.ts';

const UndoWith = ({ token }: { token: string }) => {
  const mailedLinks = useWords(mailedLinksWords);
  const undoEmailChange = useWords(undoEmailChangeWords);
  const undoing = useUndoEmailChange();
  const action = useLinkAction(() => undoing.mutateAsync({ token }));
  if (action.done) {
    return (
      <LinkOutcome title={undoEmailChange.doneTitle} lead={undoEmailChange.done}>
        <ButtonLink to="/forgot-password">{undoEmailChange.reset}</ButtonLink>
      </LinkOutcome>
    );
  }
  if (action.stale) {
    return (
      <LinkOutcome title={undoEmailChange.staleTitle} lead={undoEmailChange.stale}>
        <ButtonLink to="/sign-in" look="secondary">
          {mailedLinks.backToSignIn}
        </ButtonLink>
      </LinkOutcome>
    );
  }
  return (
    <EntryLayout title={undoEmailChange.title} lead={undoEmailChange.lead}>
      <LinkButton action={action} label={undoEmailChange.submit} pendingLabel={undoEmailChange.pending} />
    </EntryLayout>
  );
};

export const UndoEmailChangePage = () => {
  const token = useMailedSecret('/undo-email-change');
  return token === null ? <IncompleteLink /> : <UndoWith key={token} token={token} />;
};
