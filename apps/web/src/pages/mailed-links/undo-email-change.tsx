import { trpc } from '../../api/trpc.ts';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { mailedLinks, undoEmailChange } from '../../messages/mailed-links.ts';
import { tellOtherTabs } from '../../session/live-channel.ts';
import { useMailedSecret } from '../../session/mailed-secret.ts';
import { forgetPrivateData } from '../../session/query-client.ts';
import { LinkButton } from './link-button.tsx';
import { IncompleteLink, LinkOutcome } from './link-page.tsx';
import { useLinkAction } from './use-link-action.ts';

const UndoWith = ({ token }: { token: string }) => {
  const undoing = trpc.account.undoEmailChange.useMutation();
  const action = useLinkAction(async () => {
    const answer = await undoing.mutateAsync({ token });
    forgetPrivateData();
    tellOtherTabs({ kind: 'look' });
    return answer;
  });
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
