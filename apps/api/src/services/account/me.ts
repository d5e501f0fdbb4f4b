import type { MeOutput } from '@portcullis/contracts/profile';
import type { SignedInContext } from '../context.ts';
import { sessionView } from '../session/credential.ts';
import { readAccount } from './password.ts';
import { accountView } from './view.ts';

/** Who is signed in, and by which session. */
export const me = async (ctx: SignedInContext): Promise<MeOutput> => {
  const account = await readAccount(ctx);
  const { session } = ctx.caller;
  return {
    account: accountView(account),
    session: sessionView({
      id: session.sessionId,
      createdAt: new Date(session.createdAt),
      authenticatedAt: new Date(session.authenticatedAt),
      expiresAt: new Date(session.expiresAt),
    }),
  };
};
