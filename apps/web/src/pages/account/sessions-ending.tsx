import { useState } from 'react';
import { type Failure, toFailure } from '../../auth/failure.ts';
import { useRevokeAllSessions, useRevokeOtherSessions } from '../../auth/hooks/use-sessions.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { sessionsWords } from '../../messages/sessions.ts';
import { type Announce, RevocationFailure } from './session-row.tsx';
import { StepUpDeclined, useStepUp } from '../../auth/hooks/step-up.tsx';
import { useWords } from '../../language/language.ts';

type ConfirmProps = {
  title: string;
  lead: string;
  label: string;
  /** The call; it resolves when the service confirmed the end. */
  end: () => Promise<void>;
  onClose: () => void;
};

const ConfirmEnding = ({ title, lead, label, end, onClose }: ConfirmProps) => {
  const sessions = useWords(sessionsWords);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const go = async (): Promise<void> => {
    setPending(true);
    setFailure(null);
    try {
      await end();
      onClose();
    } catch (error) {
      setPending(false);
      if (error instanceof StepUpDeclined) onClose();
      else setFailure(toFailure(error));
    }
  };
  return (
    <Dialog title={title} lead={lead} onClose={onClose}>
      <div className="space-y-4">
        {failure && <RevocationFailure failure={failure} />}
        <div className="flex flex-wrap gap-3">
          <Button
            look="danger"
            pending={pending}
            pendingLabel={sessions.signingOut}
            onClick={() => void go()}
          >
            {label}
          </Button>
          <Button look="quiet" onClick={onClose}>
            {sessions.cancel}
          </Button>
        </div>
      </div>
    </Dialog>
  );
};

/** "Sign out the others" and "sign out everywhere", each behind one question. */
export const SessionsEnding = ({ others, announce }: { others: number; announce: Announce }) => {
  const sessions = useWords(sessionsWords);
  const { run } = useStepUp();
  const revokingOthers = useRevokeOtherSessions();
  const revokingAll = useRevokeAllSessions();
  const [asking, setAsking] = useState<'others' | 'all' | null>(null);
  const close = (): void => setAsking(null);

  const endOthers = async (): Promise<void> => {
    const { sessionsEnded } = await run(() => revokingOthers.mutateAsync());
    announce(sessions.ended(sessionsEnded));
  };
  const endAll = async (): Promise<void> => {
    await run(() => revokingAll.mutateAsync());
  };
  return (
    <div className="mt-4 space-y-3 border-t border-line pt-5">
      <div className="flex flex-wrap gap-3">
        {others > 0 && (
          <Button look="secondary" size="small" onClick={() => setAsking('others')}>
            {sessions.endOthers(others)}
          </Button>
        )}
        <Button look="caution" size="small" onClick={() => setAsking('all')}>
          {sessions.endAll}
        </Button>
      </div>
      {asking === 'others' && (
        <ConfirmEnding
          title={sessions.othersTitle}
          lead={sessions.othersLead}
          label={sessions.confirm}
          end={endOthers}
          onClose={close}
        />
      )}
      {asking === 'all' && (
        <ConfirmEnding
          title={sessions.allTitle}
          lead={sessions.allLead}
          label={sessions.confirmAll}
          end={endAll}
          onClose={close}
        />
      )}
    </div>
  );
};
