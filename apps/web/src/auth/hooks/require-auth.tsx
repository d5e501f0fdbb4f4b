import { type ComponentType, type ReactNode, useEffect, useRef } from 'react';
import type { Failure } from '../failure.ts';
import { useLiveSession } from '../live-session.ts';
import { type SessionEnd, useSessionEnd } from '../session-end.ts';
import type { SessionState } from '../session-state.ts';
import { useSession } from './use-session.ts';
import { UserContext } from './use-user.ts';

/** What stands in the place of private pages. Each of the states has a page of its own. */
export type AuthPages = {
  Pending: ComponentType;
  /** Nobody could be asked: the page says so and asks again. It never signs anybody out. */
  Unavailable: ComponentType<{ failure: Failure; asking: boolean; askAgain: () => void }>;
  /** The session ended in another tab, on another device, or by its age. */
  EndedElsewhere: ComponentType<{ end: Extract<SessionEnd, { kind: 'elsewhere' }> }>;
  /** The person ended it here. */
  Farewell: ComponentType;
  /** There is no session: the way to the sign-in page. */
  ToSignIn: ComponentType;
};

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

type SignedInState = Extract<SessionState, { status: 'signedIn' }>;

const Private = ({ state, children }: { state: SignedInState; children: ReactNode }) => {
  useNoRestoredPage();
  useOneAccount(state.account.id);
  const liveness = useLiveSession();
  return (
    <UserContext value={{ account: state.account, session: state.session, liveness }}>{children}</UserContext>
  );
};

/** Shows `children` to the owner of a session and to nobody else, and never mistakes an outage for a sign-out. */
export const RequireAuth = ({ pages, children }: { pages: AuthPages; children: ReactNode }) => {
  const { Pending, Unavailable, EndedElsewhere, Farewell, ToSignIn } = pages;
  const end = useSessionEnd();
  const { state, asking, askAgain } = useSession({ enabled: end === null });
  if (end?.kind === 'elsewhere') return <EndedElsewhere end={end} />;
  if (end?.kind === 'self') return <Farewell />;
  switch (state.status) {
    case 'pending':
      return <Pending />;
    case 'unavailable':
      return <Unavailable failure={state.failure} asking={asking} askAgain={askAgain} />;
    case 'signedIn':
      return <Private state={state}>{children}</Private>;
    case 'signedOut': {
      const { reason } = state.failure;
      if (reason === 'session_missing') return <ToSignIn />;
      return <EndedElsewhere end={{ kind: 'elsewhere', reason, by: null, at: null }} />;
    }
  }
};
