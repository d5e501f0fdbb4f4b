import { useLocation } from '@tanstack/react-router';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { Moment } from '../../components/moment.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { failuresWords } from '../../messages/failures.ts';
import { endedElsewhereWords } from '../../messages/sessions.ts';
import type { SessionEnd } from '../../auth/session-end.ts';
import { useWords, wordsOf } from '../../language/language.ts';

type Elsewhere = Extract<SessionEnd, { kind: 'elsewhere' }>;

const why = ({ reason, by }: Elsewhere): string => {
  if (reason === 'account_disabled') return wordsOf(failuresWords).account_disabled;
  if (by !== null) return wordsOf(endedElsewhereWords).by[by];
  return reason === 'session_expired'
    ? wordsOf(endedElsewhereWords).expired
    : wordsOf(endedElsewhereWords).generic;
};

/** Takes the place of the account when its session ended somewhere else: why, when, and the way back in. */
export const EndedElsewherePage = ({ end }: { end: Elsewhere }) => {
  const endedElsewhere = useWords(endedElsewhereWords);
  const path = useLocation({ select: (location) => location.pathname });
  const expired = end.reason === 'session_expired' || end.by === 'expired';
  return (
    <EntryLayout
      title={expired ? endedElsewhere.expiredTitle : endedElsewhere.title}
      lead={
        <div role="alert">
          <p>{why(end)}</p>
          {end.at && (
            <p className="mt-1">
              {endedElsewhere.at.before}
              <Moment at={end.at} style="absolute" />
              {endedElsewhere.at.after}
            </p>
          )}
        </div>
      }
      after={
        !expired && (
          <p>
            {endedElsewhere.notYou} <TextLink to="/forgot-password">{endedElsewhere.notYouAction}</TextLink>
          </p>
        )
      }
    >
      <ButtonLink to="/sign-in" search={{ returnTo: path }}>
        {endedElsewhere.signIn}
      </ButtonLink>
    </EntryLayout>
  );
};
