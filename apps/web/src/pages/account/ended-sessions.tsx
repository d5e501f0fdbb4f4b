import type { SessionListItem } from '@portcullis/contracts/session';
import { ChevronRight } from 'lucide-react';
import { Moment } from '../../components/moment.tsx';
import { endedByWords, sessionsWords } from '../../messages/sessions.ts';
import { DevicePicture } from './session-row.tsx';
import { deviceName } from './session-text.ts';
import { useWords } from '../../language/language.ts';
import { Address } from './address.tsx';

/** How many ended sessions are listed; the activity page has the rest. */
const SHOWN = 20;

/** What ended lately, and by whom: proof that a sign-out happened. */
export const EndedSessions = ({ sessions }: { sessions: SessionListItem[] }) => {
  const endedBy = useWords(endedByWords);
  const words = useWords(sessionsWords);
  return (
    <details className="group mt-5 border-t border-line pt-2">
      <summary className="flex min-h-11 list-none items-center gap-2 rounded-control text-sm font-medium text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight
          className="size-4 transition-transform group-open:rotate-90 rtl:-scale-x-100"
          strokeWidth={2}
          aria-hidden="true"
        />
        {words.recent(sessions.length)}
      </summary>
      <ul className="divide-y divide-line">
        {sessions.slice(0, SHOWN).map((session) => (
          <li key={session.id} className="flex items-start gap-4 py-3">
            <DevicePicture session={session} />
            <div className="min-w-0">
              <p>{deviceName(session.userAgent)}</p>
              <p className="text-sm text-muted">
                {words.signedOut} {session.endedAt && <Moment at={session.endedAt} />}
                {session.endedBy && ` · ${endedBy[session.endedBy]}`}
                {session.ip && (
                  <>
                    {' · '}
                    <Address ip={session.ip} />
                  </>
                )}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </details>
  );
};
