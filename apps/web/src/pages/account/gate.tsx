import { Navigate, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Liveness } from '../../session/live-channel.ts';
import { useLiveSession } from '../../session/use-live-session.ts';
import { useSession } from '../../session/use-session.ts';
import { useSessionEnd } from '../../session/session-end.ts';
import { EndedElsewherePage } from '../status/ended-elsewhere.tsx';
import { PendingPage } from '../status/pending.tsx';
import { UnavailablePage } from '../status/unavailable.tsx';
import { AccountContext } from './account-context.ts';
import { AccountLayout } from './account-layout.tsx';

/** A page restored from the back/forward cache shows what was true when it was left: it starts anew instead. */
const useNoRestoredPage = (): void => {
  useEffect(() => {
    const onShow = (event: PageTransitionEvent): void => {
      if (event.persisted) location.reload();
    };
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, []);
};

/** Somebody else signed in in another tab: nothing of the former account may stay in memory. */
const useOneAccount = (accountId: string): void => {
  const first = useRef(accountId);
  useEffect(() => {
    if (first.current !== accountId) location.reload();
  }, [accountId]);
};

type SignedIn = Extract<ReturnType<typeof useSession>['state'], { status: 'signedIn' }>;

const SignedInPages = ({
  state,
  askAgain,
  asking,
}: {
  state: SignedIn;
  askAgain: () => void;
  asking: boolean;
}) => {
  useNoRestoredPage();
  useOneAccount(state.account.id);
  const liveness: Liveness = useLiveSession();
  return (
    <AccountContext value={{ account: state.account, session: state.session, liveness }}>
      <AccountLayout outage={state.outage} askAgain={askAgain} asking={asking} />
    </AccountContext>
  );
};

/** After a deliberate sign-out the farewell has a page of its own. */
const Farewell = () => {
  const navigate = useNavigate();
  useEffect(() => {
    void navigate({ to: '/signed-out', replace: true });
  }, [navigate]);
  return null;
};

/** Lets nobody see the account but its owner, and never mistakes an outage for a sign-out. */
export const AccountGate = () => {
  const end = useSessionEnd();
  const path = useLocation({ select: (location) => location.pathname });
  const { state, asking, askAgain } = useSession({ enabled: end === null });
  if (end?.kind === 'elsewhere') return <EndedElsewherePage end={end} />;
  if (end?.kind === 'self') return <Farewell />;
  switch (state.status) {
    case 'pending':
      return <PendingPage />;
    case 'unavailable':
      return <UnavailablePage failure={state.failure} asking={asking} askAgain={askAgain} />;
    case 'signedIn':
      return <SignedInPages state={state} askAgain={askAgain} asking={asking} />;
    case 'signedOut':
      if (state.failure.reason === 'session_missing')
        return <Navigate to="/sign-in" search={{ returnTo: path }} replace />;
      return (
        <EndedElsewherePage end={{ kind: 'elsewhere', reason: state.failure.reason, by: null, at: null }} />
      );
  }
};
