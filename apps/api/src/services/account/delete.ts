import type { DeleteInput, DeleteOutput } from '@portcullis/contracts/account';
import { knownLanguage } from '../../domain/language.ts';
import { AuthError } from '../../errors.ts';
import type { SignedInContext } from '../context.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { byCaller, endAllSessions, isLive } from '../session/steps.ts';
import { isStillProven, NO_PASSWORD, requirePassword } from './password.ts';

/**
 * Deletes the account at once: one epoch step, its address free again, nothing personal left in its row. What refers
 * to it is cleaned away in batches later.
 */
export const deleteAccount = async (ctx: SignedInContext, input: DeleteInput): Promise<DeleteOutput> => {
  const { authority, random, hints } = ctx.deps;
  const { caller } = ctx;
  const proven = await requirePassword(ctx, input.password);
  await authority.revoking(caller.accountId, ctx.deadlineMs, async (tx, account) => {
    if (account === null || !(await isLive(tx, caller.sessionId, account.id)))
      throw new AuthError('session_revoked');
    if (!isStillProven(account, proven)) throw new AuthError('credentials_invalid');
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        await requestMail(
          tx,
          // The worker finds no account any more that remembers its language.
          { ...ctx, language: ctx.language ?? knownLanguage(account.language) },
          { kind: 'account_deleted', noticeId: random.uuid(), to: account.email },
        );
        Object.assign(account, {
          deletedAt: at,
          email: '',
          emailKey: null,
          name: null,
          language: null,
          passwordHash: NO_PASSWORD,
        });
        audit(tx, ctx, at, { accountId: account.id, type: 'account_deleted', sessionId: caller.sessionId });
        await endAllSessions(tx, account, {
          at,
          type: 'account_deleted',
          cause: 'account_deleted',
          ...byCaller(caller),
          linksDie: true,
        });
      },
    };
  });
  hints.publish(caller.accountId);
  return { status: 'deleted' };
};
