import { apiClient } from '../client.ts';
import { toFailure } from '../failure.ts';
import { meKey, queryClient, sessionsKey } from '../query-client.ts';
import { sessionEnd } from '../session-end.ts';

/**
 * For a router's guard (`beforeLoad`): asks who is signed in, once, before a private page is fetched. Only
 * `signedOut` is a reason to send anybody away; `undecided` (an outage, a session that ended) is for RequireAuth to
 * explain.
 */
export const authGuard = async (): Promise<'signedIn' | 'signedOut' | 'undecided'> => {
  try {
    await queryClient.ensureQueryData({ queryKey: meKey, queryFn: () => apiClient.account.me.query() });
    // Private data is forgotten when a session ends: an answer that is here came from a newer one.
    if (sessionEnd.get() !== null) sessionEnd.set(null);
    return 'signedIn';
  } catch (error) {
    if (sessionEnd.get() !== null) return 'undecided';
    return toFailure(error).reason === 'session_missing' ? 'signedOut' : 'undecided';
  }
};

/** The list of sessions is waited for this long, in milliseconds: a skeleton is for what takes longer. */
const MOMENT_MS = 300;

/** Fetches the list of sessions ahead of its page, which then appears in one piece. Never fails: the page says why. */
export const sessionsAhead = (): Promise<unknown> =>
  Promise.race([
    queryClient
      .ensureQueryData({ queryKey: sessionsKey, queryFn: () => apiClient.session.list.query() })
      .catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, MOMENT_MS)),
  ]);
