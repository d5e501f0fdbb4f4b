import { getRouteApi, useLocation } from '@tanstack/react-router';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { checkMailWords } from '../../messages/entry.ts';
import { SendLinkAgain } from './send-link-again.tsx';
import { useWords } from '../../language/language.ts';

const route = getRouteApi('/check-mail');

/** From Lucide (ISC licence), like the pictures of the first page. */
const Envelope = () => (
  <svg
    className="size-6 shrink-0 text-accent"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d="M21.2 8.4c.5.38.8.97.8 1.6v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V10a2 2 0 0 1 .8-1.6l8-6a2 2 0 0 1 2.4 0l8 6ZM22 10l-8.97 5.7a1.94 1.94 0 0 1-2.06 0L2 10" />
  </svg>
);

/** The same page for every address, known or not: the answer of the service says nothing about accounts. */
export const CheckMailPage = () => {
  const checkMail = useWords(checkMailWords);
  const { for: kind } = route.useSearch();
  const email = useLocation({ select: (location) => location.state.email });
  const elsewhere = kind === 'reset' ? '/forgot-password' : '/sign-up';
  return (
    <EntryLayout
      title={checkMail.title}
      lead={
        <p>
          {checkMail.sent[kind].before}
          <strong className="font-semibold text-ink">{email ?? checkMail.yourAddress}</strong>
          {checkMail.sent[kind].after}
        </p>
      }
      after={
        <p className="flex flex-wrap gap-x-6 gap-y-2">
          <TextLink to={elsewhere}>{checkMail.wrongAddress}</TextLink>
          <TextLink to="/sign-in">{checkMail.signIn}</TextLink>
        </p>
      }
    >
      <div className="flex gap-4 rounded-card border border-line bg-surface p-5 shadow-lift" data-card>
        <Envelope />
        <div className="space-y-3">
          <p>{checkMail.expiry[kind]}</p>
          {email && (
            <div className="text-sm text-muted">
              {checkMail.slow} <SendLinkAgain email={email} kind={kind} label={checkMail.again} />
            </div>
          )}
        </div>
      </div>
    </EntryLayout>
  );
};
