import { tellOtherTabs } from '../live-channel.ts';
import { endSession } from '../query-client.ts';
import { changingSession } from '../session-change.ts';
import { trpc } from '../trpc.ts';
import { around, withFailure } from './with-failure.ts';

/** Every session of the account, ended ones of the last 30 days too. Kept true by useLiveSession. */
export const useSessions = () => trpc.session.list.useQuery();

/** What shows sessions, and has to be read again when one ended. */
const useLookAgain = () => {
  const utils = trpc.useUtils();
  return () => Promise.all([utils.session.list.invalidate(), utils.account.activity.invalidate()]);
};

/** Ends one session. Resolves when the service has committed the end: from then on every request of it is refused. */
export const useRevokeSession = () => {
  const lookAgain = useLookAgain();
  return withFailure(trpc.session.revoke.useMutation({ onSuccess: () => void lookAgain() }));
};

/** Ends every session but this one. */
export const useRevokeOtherSessions = () => {
  const lookAgain = useLookAgain();
  return withFailure(trpc.session.revokeOthers.useMutation({ onSuccess: () => void lookAgain() }));
};

/** Ends every session, this one included. */
export const useRevokeAllSessions = () => {
  const revoking = trpc.session.revokeAll.useMutation({
    onSuccess: ({ sessionsEnded }) => {
      endSession({ kind: 'self', how: 'everywhere', sessionsEnded });
      tellOtherTabs({ kind: 'look' });
    },
  });
  return withFailure(around(revoking, changingSession));
};
