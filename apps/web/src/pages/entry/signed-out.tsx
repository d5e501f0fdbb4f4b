import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { signedOutWords } from '../../messages/entry.ts';
import { useSessionEnd } from '../../auth/session-end.ts';
import { useWords } from '../../language/language.ts';

/** After a deliberate end on this page. Opened by hand it still says what is true: there is no session here. */
export const SignedOutPage = () => {
  const signedOut = useWords(signedOutWords);
  const end = useSessionEnd();
  const how = end?.kind === 'self' ? end.how : 'signed_out';
  if (how === 'deleted') {
    return (
      <EntryLayout title={signedOut.deletedTitle} lead={signedOut.deleted}>
        <ButtonLink to="/sign-up" look="secondary">
          {signedOut.signUp}
        </ButtonLink>
      </EntryLayout>
    );
  }
  const everywhere = how === 'everywhere' && end?.kind === 'self';
  return (
    <EntryLayout
      title={everywhere ? signedOut.everywhereTitle : signedOut.title}
      lead={everywhere ? signedOut.everywhere(end.sessionsEnded) : signedOut.self}
    >
      <ButtonLink to="/sign-in">{signedOut.signInAgain}</ButtonLink>
    </EntryLayout>
  );
};
