import { toFailure } from '../failure.ts';
import { trpc } from '../trpc.ts';
import { type SessionState, sessionState } from '../session-state.ts';

const OUTAGE_RETRY_MS = 4_000;

/** While the service can't answer it is asked again, at the pace it wishes, so that pages come back by themselves. */
const whileOut = (error: unknown): number | false => {
  if (!error) return false;
  const { reason, retryAfterMs } = toFailure(error);
  if (reason === 'unavailable' || reason === 'internal') return OUTAGE_RETRY_MS;
  if (reason === 'rate_limited') return Math.max(retryAfterMs ?? 0, OUTAGE_RETRY_MS);
  return false;
};

export type AskedSession = { state: SessionState; asking: boolean; askAgain: () => void };

/** Who is signed in here, as the service last said. */
export const useSession = (options: { enabled?: boolean } = {}): AskedSession => {
  const me = trpc.account.me.useQuery(undefined, {
    enabled: options.enabled ?? true,
    refetchInterval: (query) => whileOut(query.state.error),
  });
  return { state: sessionState(me), asking: me.isFetching, askAgain: () => void me.refetch() };
};
