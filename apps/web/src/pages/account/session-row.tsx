import type { SessionListItem } from '@portcullis/contracts/session';
import { Monitor, Smartphone, Tablet, Terminal } from 'lucide-react';
import { useState } from 'react';
import { type Failure, toFailure } from '../../api/failure.ts';
import { trpc } from '../../api/trpc.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Moment, useNow } from '../../components/moment.tsx';
import { sessions } from '../../messages/sessions.ts';
import { type DeviceShape, deviceName, deviceShape, isActiveNow } from './session-words.ts';
import { StepUpDeclined, useStepUp } from './step-up.tsx';
import { useEndOwnSession } from './use-end-own-session.ts';

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

/** Ends one session. "Signed out" is said after the service said so, never before. */
const useRevocation = (sessionId: SessionListItem['id']) => {
  const utils = trpc.useUtils();
  const withStepUp = useStepUp();
  const revoking = trpc.session.revoke.useMutation();
  const [revocation, setRevocation] = useState<Revocation>({ state: 'idle', failure: null });
  const revoke = async (): Promise<void> => {
    setRevocation({ state: 'pending', failure: null });
    try {
      await withStepUp(() => revoking.mutateAsync({ sessionId }));
      setRevocation({ state: 'done', failure: null });
      void utils.session.list.invalidate();
      void utils.account.activity.invalidate();
    } catch (error) {
      const declined = error instanceof StepUpDeclined;
      setRevocation({ state: 'idle', failure: declined ? null : toFailure(error) });
    }
  };
  return { ...revocation, revoke: () => void revoke() };
};

const SignOutElsewhere = ({ session }: { session: SessionListItem }) => {
  const { state, failure, revoke } = useRevocation(session.id);
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
          aria-label={state === 'pending' ? undefined : sessions.signOutNamed(deviceName(session.userAgent))}
          onClick={revoke}
        >
          {sessions.signOut}
        </Button>
      )}
      <p role="status" className="sr-only">
        {state === 'pending' ? sessions.signingOut : state === 'done' ? sessions.confirmed : ''}
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
export const RevocationFailure = ({ failure }: { failure: Failure }) =>
  failure.reason === 'unavailable' ? (
    <p role="alert" className="text-sm text-warning">
      {sessions.unconfirmed}
    </p>
  ) : (
    <FailureNotice failure={failure} />
  );

const SignOutHere = () => {
  const { signOut, pending, failed } = useEndOwnSession();
  return (
    <>
      <Button
        look="secondary"
        size="small"
        className="max-sm:ms-9"
        pending={pending}
        pendingLabel={sessions.signingOut}
        aria-label={pending ? undefined : sessions.signOutNamed(sessions.thisDevice)}
        onClick={signOut}
      >
        {sessions.signOut}
      </Button>
      {failed && (
        <p role="alert" className="basis-full text-sm text-warning">
          {sessions.unconfirmed}
        </p>
      )}
    </>
  );
};

export const SessionRow = ({ session }: { session: SessionListItem }) => {
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
          {sessions.signedIn('')}
          <Moment at={session.createdAt} />
          {session.ip && (
            <>
              {' · '}
              <span className="numeric inline-block max-w-full break-words">{session.ip}</span>
            </>
          )}
        </p>
      </div>
      {session.current ? <SignOutHere /> : <SignOutElsewhere session={session} />}
    </li>
  );
};

const LastUse = ({ at }: { at: string }) => (
  <>
    {sessions.active('')}
    <Moment at={at} />
  </>
);
