import * as contract from '@portcullis/contracts/account';
import * as profile from '@portcullis/contracts/profile';
import * as z from 'zod/mini';
import { activity } from '../../services/account/activity.ts';
import { changePassword } from '../../services/account/change-password.ts';
import { confirmEmailChange } from '../../services/account/confirm-email-change.ts';
import { deleteAccount } from '../../services/account/delete.ts';
import { exportAccount } from '../../services/account/export.ts';
import { me } from '../../services/account/me.ts';
import { requestEmailChange } from '../../services/account/request-email-change.ts';
import { requestEmailVerification } from '../../services/account/request-email-verification.ts';
import { requestPasswordReset } from '../../services/account/request-password-reset.ts';
import { resetPassword } from '../../services/account/reset-password.ts';
import { signUp } from '../../services/account/sign-up.ts';
import { undoEmailChange } from '../../services/account/undo-email-change.ts';
import { updateAccount } from '../../services/account/update.ts';
import { verifyEmail } from '../../services/account/verify-email.ts';
import { handOver, takeBack } from '../hand-over.ts';
import { t } from '../init.ts';
import { maybeSignedInAlone, publicAlone, signedIn, signedInAlone } from '../procedures.ts';

export const accountRouter = t.router({
  signUp: publicAlone
    .input(contract.signUpInput)
    .output(contract.signUpOutput)
    .mutation(async ({ ctx, input }) => {
      const { status, registrationSecret } = await signUp(ctx, input);
      ctx.cookies.setRegistration(registrationSecret, ctx.deps.config.registrationSeconds);
      return { status };
    }),

  verifyEmail: publicAlone
    .input(contract.verifyEmailInput)
    .output(contract.verifyEmailOutput)
    .mutation(async ({ ctx, input }) => {
      const { registrationSecret } = ctx;
      const verified = await verifyEmail(ctx, {
        ...input,
        ...(registrationSecret === null ? {} : { registrationSecret }),
      });
      ctx.cookies.clearRegistration();
      return verified;
    }),

  requestEmailVerification: publicAlone
    .input(contract.emailOnlyInput)
    .output(contract.requestOutput)
    .mutation(({ ctx, input }) => requestEmailVerification(ctx, input)),

  requestPasswordReset: publicAlone
    .input(contract.emailOnlyInput)
    .output(contract.requestOutput)
    .mutation(({ ctx, input }) => requestPasswordReset(ctx, input)),

  resetPassword: publicAlone
    .input(contract.resetPasswordInput)
    .output(contract.sessionsEndedOutput)
    .mutation(({ ctx, input }) => resetPassword(ctx, input)),

  changePassword: signedInAlone
    .input(contract.changePasswordInput)
    .output(profile.changePasswordOutput)
    .mutation(async ({ ctx, input }) => {
      const { sessionsEnded, credential, device } = await changePassword(ctx, input);
      return { sessionsEnded, ...handOver(ctx, credential, device) };
    }),

  me: signedIn.output(profile.meOutput).query(({ ctx }) => me(ctx)),

  update: signedIn
    .input(contract.updateInput)
    .output(contract.updateOutput)
    .mutation(({ ctx, input }) => updateAccount(ctx, input)),

  requestEmailChange: signedIn
    .input(contract.requestEmailChangeInput)
    .output(contract.requestOutput)
    .mutation(({ ctx, input }) => requestEmailChange(ctx, input)),

  confirmEmailChange: maybeSignedInAlone
    .input(contract.tokenInput)
    .output(contract.confirmEmailChangeOutput)
    .mutation(({ ctx, input }) =>
      confirmEmailChange(ctx.maybeCaller === null ? ctx : { ...ctx, caller: ctx.maybeCaller }, input),
    ),

  undoEmailChange: publicAlone
    .input(contract.tokenInput)
    .output(contract.undoEmailChangeOutput)
    .mutation(({ ctx, input }) => undoEmailChange(ctx, input)),

  delete: signedInAlone
    .input(contract.deleteInput)
    .output(contract.deleteOutput)
    .mutation(async ({ ctx, input }) => {
      const deleted = await deleteAccount(ctx, input);
      takeBack(ctx);
      return deleted;
    }),

  export: signedIn.output(profile.exportOutput).query(({ ctx }) => exportAccount(ctx)),

  activity: signedIn
    .input(z.optional(contract.activityInput))
    .output(contract.activityOutput)
    .query(({ ctx, input }) => activity(ctx, input ?? {})),
});
