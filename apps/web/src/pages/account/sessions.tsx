import { useRef, useState } from 'react';
import { toFailure } from '../../auth/failure.ts';
import { useSessions } from '../../auth/hooks/use-sessions.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { sessionsWords } from '../../messages/sessions.ts';
import { useUser } from '../../auth/hooks/use-user.ts';
import { EndedSessions } from './ended-sessions.tsx';
import { LiveBadge } from './live-badge.tsx';
import { SessionRow } from './session-row.tsx';
import { SessionsEnding } from './sessions-ending.tsx';
import { sortSessions } from './session-text.ts';
import { useWords } from '../../language/language.ts';

/** Rows that take the place of the list while it loads, so that nothing jumps when it arrives. */
const Waiting = () => (
  <div className="delayed-in space-y-3" aria-hidden="true">
    {[0, 1].map((row) => (
      <div key={row} className="pulse h-16 rounded-control bg-sunken" />
    ))}
  </div>
);

export const Sessions = () => {
  const sessions = useWords(sessionsWords);
  const { liveness } = useUser();
  const list = useSessions();
  const [said, setSaid] = useState('');
  const status = useRef<HTMLParagraphElement>(null);
  const announce = (sentence: string): void => {
    setSaid(sentence);
    // The button that was pressed goes with its row: the focus must not fall out of the page.
    status.current?.focus();
  };
  const { alive, others, ended } = sortSessions(list.data?.sessions ?? []);
  return (
    <Card title={sessions.title} lead={sessions.lead} aside={<LiveBadge liveness={liveness} />}>
      {list.isPending && (
        <>
          <p role="status" className="sr-only">
            {sessions.loading}
          </p>
          <Waiting />
        </>
      )}
      {list.isError && !list.data && (
        <div className="space-y-4">
          <FailureNotice failure={toFailure(list.error)} />
          <Button look="secondary" pending={list.isFetching} onClick={() => void list.refetch()}>
            {sessions.retry}
          </Button>
        </div>
      )}
      {list.data && (
        <>
          <ul className="divide-y divide-line">
            {alive.map((session) => (
              <SessionRow key={session.id} session={session} announce={announce} />
            ))}
          </ul>
          {others === 0 && <p className="mt-3 text-sm text-muted">{sessions.only}</p>}
          <p
            ref={status}
            role="status"
            tabIndex={-1}
            className="mt-3 text-sm font-medium text-success outline-none empty:sr-only"
          >
            {said}
          </p>
          <SessionsEnding others={others} announce={announce} />
          {ended.length > 0 && <EndedSessions sessions={ended} />}
        </>
      )}
    </Card>
  );
};
