import { tellOtherTabs } from '../live-channel.ts';
import { endSession } from '../query-client.ts';
import { changingSession } from '../session-change.ts';
import { trpc } from '../trpc.ts';
import { around, withFailure } from './with-failure.ts';

/** Signs this browser out. Nothing changes on the page before the service said that it is done. */
export const useSignOut = () => {
  const ending = trpc.session.signOut.useMutation({
    onSuccess: () => {
      endSession({ kind: 'self', how: 'signed_out', sessionsEnded: 1 });
      tellOtherTabs({ kind: 'look' });
    },
  });
  return withFailure(around(ending, changingSession));
};
