import { useState } from 'react';
import { toFailure } from '../../api/failure.ts';
import { trpc } from '../../api/trpc.ts';
import { tellOtherTabs } from '../../session/live-channel.ts';
import { endSession } from '../../session/query-client.ts';
import { changingSession } from '../../session/session-change.ts';

/** Signs this browser out. The page changes only after the service said that it is done. */
export const useEndOwnSession = () => {
  const ending = trpc.session.signOut.useMutation();
  const [pending, setPending] = useState(false);
  const [failed, setFailed] = useState(false);

  const signOut = async (): Promise<void> => {
    setPending(true);
    setFailed(false);
    try {
      await changingSession(() => ending.mutateAsync());
      endSession({ kind: 'self', how: 'signed_out', sessionsEnded: 1 });
      tellOtherTabs({ kind: 'look' });
    } catch (error) {
      // A session that is over needs no sign-out: the guard shows why it ended.
      setFailed(toFailure(error).reason === 'unavailable' || toFailure(error).reason === 'internal');
    } finally {
      setPending(false);
    }
  };
  return { signOut: () => void signOut(), pending, failed };
};
