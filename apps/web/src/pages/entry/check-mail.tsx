import { getRouteApi, useLocation } from '@tanstack/react-router';
import { MailOpen } from 'lucide-react';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { checkMail } from '../../messages/entry.ts';
import { SendLinkAgain } from './send-link-again.tsx';

const route = getRouteApi('/check-mail');

/** The same page for every address, known or not: the answer of the service says nothing about accounts. */
export const CheckMailPage = () => {
  const { for: kind } = route.useSearch();
  const email = useLocation({ select: (location) => location.state.email });
  const elsewhere = kind === 'reset' ? '/forgot-password' : '/sign-up';
  return (
    <EntryLayout
      title={checkMail.title}
      lead={
        <p>
          {checkMail.sent[kind]}{' '}
          <strong className="font-semibold text-ink">{email ?? checkMail.yourAddress}</strong>.
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
        <MailOpen className="size-6 shrink-0 text-accent" strokeWidth={1.5} aria-hidden="true" />
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
