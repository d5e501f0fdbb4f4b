import { tellOtherTabs } from '../live-channel.ts';
import { forgetPrivateData } from '../query-client.ts';
import { trpc } from '../trpc.ts';
import { withFailure } from './with-failure.ts';

/** Spends a mailed link on proving the address of a sign-up. */
export const useVerifyEmail = () => withFailure(trpc.account.verifyEmail.useMutation());

/** Asks for the mail that proves an address once more. The answer is the same for every address. */
export const useResendVerification = () => withFailure(trpc.account.requestEmailVerification.useMutation());

/** Sends a link to a new address; nothing changes before it is used. May ask for the password first: see useStepUp. */
export const useChangeEmail = () => withFailure(trpc.account.requestEmailChange.useMutation());

/** Spends the link that was sent to the new address. */
export const useConfirmEmailChange = () =>
  withFailure(
    trpc.account.confirmEmailChange.useMutation({ onSuccess: () => tellOtherTabs({ kind: 'look' }) }),
  );

/** Spends the link that was sent to the old address: it comes back, and every session ends. */
export const useUndoEmailChange = () =>
  withFailure(
    trpc.account.undoEmailChange.useMutation({
      onSuccess: () => {
        forgetPrivateData();
        tellOtherTabs({ kind: 'look' });
      },
    }),
  );
