import * as contract from '@portcullis/contracts/session';
import { sessionEvents } from '../../services/session/events.ts';
import { listSessions } from '../../services/session/list.ts';
import { reauthenticate } from '../../services/session/reauthenticate.ts';
import { refresh } from '../../services/session/refresh.ts';
import { revokeAll, revokeOthers, revokeSession, signOut } from '../../services/session/revoke.ts';
import { signIn } from '../../services/session/sign-in.ts';
import { handOver, takeBack } from '../hand-over.ts';
import { t } from '../init.ts';
import { publicAlone, signedIn, signedInAlone, signingOut } from '../procedures.ts';

export const sessionRouter = t.router({
  signIn: publicAlone
    .input(contract.signInInput)
    .output(contract.signInOutput)
    .mutation(async ({ ctx, input }) => {
      const { account, credential, device } = await signIn(ctx, input);
      return { account, ...handOver(ctx, credential, device) };
    }),

  reauthenticate: signedInAlone
    .input(contract.reauthenticateInput)
    .output(contract.reauthenticateOutput)
    .mutation(async ({ ctx, input }) => {
      const { credential } = await reauthenticate(ctx, input);
      return handOver(ctx, credential);
    }),

  refresh: publicAlone
    .input(contract.refreshInput)
    .output(contract.refreshOutput)
    .mutation(({ ctx, input }) => refresh(ctx, input)),

  signOut: signingOut.output(contract.signOutOutput).mutation(async ({ ctx }) => {
    const signedOut = await signOut(ctx);
    takeBack(ctx);
    return signedOut;
  }),

  list: signedIn.output(contract.sessionListOutput).query(({ ctx }) => listSessions(ctx)),

  revoke: signedInAlone
    .input(contract.revokeInput)
    .output(contract.revokeOutput)
    .mutation(async ({ ctx, input }) => {
      const revoked = await revokeSession(ctx, input);
      if (input.sessionId === ctx.caller.sessionId) takeBack(ctx);
      return revoked;
    }),

  revokeOthers: signedInAlone.output(contract.revokeOutput).mutation(({ ctx }) => revokeOthers(ctx)),

  revokeAll: signedInAlone.output(contract.revokeOutput).mutation(async ({ ctx }) => {
    const revoked = await revokeAll(ctx);
    takeBack(ctx);
    return revoked;
  }),

  events: signedIn.subscription(async function* ({
    ctx,
    signal,
  }): AsyncGenerator<contract.SessionEvent, void> {
    yield* sessionEvents(ctx, signal ?? new AbortController().signal);
  }),
});
