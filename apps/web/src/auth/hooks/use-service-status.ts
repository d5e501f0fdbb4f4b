import { useSyncExternalStore } from 'react';
import type { Failure } from '../failure.ts';
import { useSession } from './use-session.ts';

export type ServiceStatus = { status: 'ok' } | { status: 'degraded' | 'offline'; failure: Failure };

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
};

/** What the browser believes about its network. Only ever used to choose words: the answer of a call decides. */
const useOnline = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine);

/** Whether the service answers, as the last question of who is signed in went. */
export const useServiceStatus = (): ServiceStatus => {
  const online = useOnline();
  const { state } = useSession({ enabled: false });
  const failure =
    state.status === 'unavailable' ? state.failure : state.status === 'signedIn' ? state.outage : null;
  if (failure === null) return { status: 'ok' };
  return { status: failure.unreachable && !online ? 'offline' : 'degraded', failure };
};
