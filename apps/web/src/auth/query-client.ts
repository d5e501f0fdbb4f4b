import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { getQueryKey } from '@trpc/react-query';
import { apiClient } from './client.ts';
import { toFailure } from './failure.ts';
import { trpc } from './trpc.ts';
import { sessionChangesSettled } from './session-change.ts';
import { type SessionEnd, sessionEnd } from './session-end.ts';
import { createSessionGuard } from './session-guard.ts';

/** The person is waiting: two more tries within about two seconds, then the page says what is going on. */
const RETRIES = 2;
const retryDelay = (attempt: number): number => 400 * 2 ** attempt * (0.75 + Math.random() / 2);

const suspectRefusal = (error: unknown): void => {
  void sessionGuard.suspect(toFailure(error).reason);
};

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: suspectRefusal }),
  mutationCache: new MutationCache({ onError: suspectRefusal }),
  defaultOptions: {
    queries: {
      // Calls are made even when the browser believes it is offline: the answer decides, not the belief.
      networkMode: 'always',
      staleTime: 0,
      refetchOnWindowFocus: 'always',
      refetchOnReconnect: 'always',
      retry: (count, error) => count < RETRIES && toFailure(error).reason === 'unavailable',
      retryDelay,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

export const sessionsKey = getQueryKey(trpc.session.list, undefined, 'query');

/** The key of "who is signed in". */
export const meKey = getQueryKey(trpc.account.me, undefined, 'query');

/** True when the last answer to "who is signed in" was not a refusal. */
export const sessionAnswered = (): boolean => queryClient.getQueryState(meKey)?.status === 'success';

/** Takes every private answer out of memory; what a request under way still brings is thrown away. */
export const forgetPrivateData = (): void => {
  void queryClient.cancelQueries();
  queryClient.clear();
};

/** Ends this page's session for the person looking at it: first the reason, so that the content unmounts, then the data. */
export const endSession = (end: SessionEnd): void => {
  sessionEnd.set(end);
  forgetPrivateData();
};

export const sessionGuard = createSessionGuard({
  probe: () =>
    apiClient.account.me.query().then(
      () => null,
      (error: unknown) => toFailure(error),
    ),
  settled: sessionChangesSettled,
  isSignedIn: () => queryClient.getQueryData(meKey) !== undefined,
  hasEnded: () => sessionEnd.get() !== null,
  end: endSession,
  revive: () => void queryClient.invalidateQueries(),
});
