import type { UpdateInput, UpdateOutput } from '@portcullis/contracts/account';
import { lockAccount } from '../../db/repository.ts';
import { AuthError } from '../../errors.ts';
import type { SignedInContext } from '../context.ts';
import { spend } from '../limits.ts';
import { audit, databaseTime } from '../record.ts';
import { isLive } from '../session/steps.ts';
import { accountView } from './view.ts';

/** Changes the display name. The session is judged again under the account's lock: a late request changes nothing after a reset. */
export const updateAccount = async (ctx: SignedInContext, input: UpdateInput): Promise<UpdateOutput> => {
  const { db } = ctx.deps;
  await spend(ctx, { rule: 'write_session', key: ctx.caller.sessionId });
  return db.write(ctx.deadlineMs, async (tx) => {
    const account = await lockAccount(tx, ctx.caller.accountId);
    if (account === null || !(await isLive(tx, ctx.caller.sessionId, account.id)))
      throw new AuthError('session_revoked');
    const at = await databaseTime(tx);
    account.name = input.name;
    account.updatedAt = at;
    audit(tx, ctx, at, { accountId: account.id, type: 'profile_changed', sessionId: ctx.caller.sessionId });
    await tx.flush();
    return { account: accountView(account) };
  });
};
