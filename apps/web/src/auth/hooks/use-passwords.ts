import { tellOtherTabs } from '../live-channel.ts';
import { forgetPrivateData } from '../query-client.ts';
import { changingSession } from '../session-change.ts';
import { trpc } from '../trpc.ts';
import { around, withFailure } from './with-failure.ts';

/** Asks for a mail with a link to choose a new password. The answer is the same for every address. */
export const useForgotPassword = () => withFailure(trpc.account.requestPasswordReset.useMutation());

/** Spends a mailed link on a new password. If this browser was signed in to the account, it no longer is. */
export const useResetPassword = () => {
  const resetting = trpc.account.resetPassword.useMutation({
    onSuccess: () => {
      forgetPrivateData();
      tellOtherTabs({ kind: 'look' });
    },
  });
  return withFailure(resetting);
};

/** Changes the password and replaces this browser's session by a new one; all other sessions end. */
export const useChangePassword = () => {
  const utils = trpc.useUtils();
  const changing = trpc.account.changePassword.useMutation({ onSuccess: () => void utils.invalidate() });
  // Refusals of the old cookie mean nothing while it is being replaced.
  return withFailure(around(changing, changingSession));
};
