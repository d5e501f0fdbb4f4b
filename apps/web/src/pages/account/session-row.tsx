import type { SessionListItem } from '@portcullis/contracts/session';
import { Monitor, Smartphone, Tablet, Terminal } from 'lucide-react';
import { useState } from 'react';
import { type Failure, isSessionOver, toFailure } from '../../auth/failure.ts';
import { StepUpDeclined, useStepUp } from '../../auth/hooks/step-up.tsx';
import { useRevokeSession } from '../../auth/hooks/use-sessions.ts';
import { useSignOut } from '../../auth/hooks/use-sign-out.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Moment, useNow } from '../../components/moment.tsx';
import { sessionsWords } from '../../messages/sessions.ts';
import { type DeviceShape, deviceName, deviceShape, isActiveNow } from './session-text.ts';
import { useWords } from '../../language/language.ts';
import { Address } from './address.tsx';

const pictures: Record<DeviceShape, typeof Monitor> = {
  desktop: Monitor,
  phone: Smartphone,
  tablet: Tablet,
  program: Terminal,
};

export const DevicePicture = ({ session }: { session: SessionListItem }) => {
  const Picture = pictures[deviceShape(session.userAgent)];
  return <Picture className="mt-0.5 size-5 shrink-0 text-muted" strokeWidth={1.5} aria-hidden="true" />;
};

type Revocation = { state: 'idle' | 'pending' | 'done'; failure: Failure | null };

/** Says what has come true, where it stays to be read when the row it is about has left the list. */
export type Announce = (sentence: string) => void;

type SessionRowProps = { session: SessionListItem; announce: Announce };

/** Ends one session. "Signed out" is said after the service said so, never before. */
const useRevocation = (sessionId: SessionListItem['id'], onDone: () => void) => {
  const { run } = useStepUp();
  const revoking = useRevokeSession();
  const [revocation, setRevocation] = useState<Revocation>({ state: 'idle', failure: null });
  const revoke = async (): Promise<void> => {
    setRevocation({ state: 'pending', failure: null });
    try {
      await run(() => revoking.mutateAsync({ sessionId }));
      setRevocation({ state: 'done', failure: null });
      onDone();
    } catch (error) {
      const declined = error instanceof StepUpDeclined;
      setRevocation({ state: 'idle', failure: declined ? null : toFailure(error) });
    }
  };
  return { ...revocation, revoke: () => void revoke() };
};

const SignOutElsewhere = ({ session, announce }: SessionRowProps) => {
  const sessions = useWords(sessionsWords);
  const name = deviceName(session.userAgent);
  const { state, failure, revoke } = useRevocation(session.id, () => announce(sessions.confirmed(name)));
  return (
    <>
      {state === 'done' ? (
        <p className="flex min-h-9 items-center text-sm font-medium text-success max-sm:ms-9">
          {sessions.signedOut}
        </p>
      ) : (
        <Button
          look="secondary"
          size="small"
          className="max-sm:ms-9"
          pending={state === 'pending'}
          pendingLabel={sessions.signingOut}
          aria-label={state === 'pending' ? undefined : sessions.signOutNamed(name)}
          onClick={revoke}
        >
          {sessions.signOut}
        </Button>
      )}
      <p role="status" className="sr-only">
        {state === 'pending' ? sessions.signingOut : ''}
      </p>
      {failure && (
        <div className="basis-full">
          <RevocationFailure failure={failure} />
        </div>
      )}
    </>
  );
};

/** After an outage nobody knows whether the session ended; saying less would be a lie in one direction or the other. */
export const RevocationFailure = ({ failure }: { failure: Failure }) => {
  const sessions = useWords(sessionsWords);
  if (failure.reason !== 'unavailable') return <FailureNotice failure={failure} />;
  return (
    <p role="alert" className="text-sm text-warning">
      {sessions.unconfirmed}
    </p>
  );
};

const SignOutHere = () => {
  const sessions = useWords(sessionsWords);
  const { mutate, isPending, failure } = useSignOut();
  return (
    <>
      <Button
        look="secondary"
        size="small"
        className="max-sm:ms-9"
        pending={isPending}
        pendingLabel={sessions.signingOut}
        aria-label={isPending ? undefined : sessions.signOutNamed(sessions.thisDevice)}
        onClick={() => mutate()}
      >
        {sessions.signOut}
      </Button>
      {failure && !isSessionOver(failure.reason) && (
        <p role="alert" className="basis-full text-sm text-warning">
          {sessions.unconfirmed}
        </p>
      )}
    </>
  );
};

export const SessionRow = ({ session, announce }: SessionRowProps) => {
  const sessions = useWords(sessionsWords);
  const now = useNow();
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-3 py-4 first:pt-1">
      <DevicePicture session={session} />
      <div className="min-w-0 flex-1 basis-44">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 font-medium">
          {deviceName(session.userAgent)}
          {session.current && (
            <span className="rounded-full bg-accent-soft px-2.5 py-0.5 text-xs font-medium text-accent">
              {sessions.thisDevice}
            </span>
          )}
        </p>
        <p className="text-sm text-muted">
          {isActiveNow(session, now) ? sessions.activeNow : <LastUse at={session.lastSeenAt} />}
          {' · '}
          {sessions.signedIn} <Moment at={session.createdAt} />
          {session.ip && (
            <>
              {' · '}
              <Address ip={session.ip} />
            </>
          )}
        </p>
      </div>
      {session.current ? <SignOutHere /> : <SignOutElsewhere session={session} announce={announce} />}
    </li>
  );
};

const LastUse = ({ at }: { at: string }) => {
  const sessions = useWords(sessionsWords);
  return (
    <>
      {sessions.active} <Moment at={at} />
    </>
  );
};
