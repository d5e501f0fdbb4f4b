import { sessionEnd } from '../session-end.ts';
import { trpc } from '../trpc.ts';
import { withFailure } from './with-failure.ts';

/** Signs this browser in; afterwards `useSession` knows it without another request. */
export const useSignIn = () => {
  const utils = trpc.useUtils();
  const signingIn = trpc.session.signIn.useMutation({
    onSuccess: ({ account, session }) => {
      sessionEnd.set(null);
      utils.account.me.setData(undefined, { account, session });
    },
  });
  return withFailure(signingIn);
};
