import { AccountEntity } from '../../db/entities/account.ts';
import { lockAccount } from '../../db/repository.ts';
import type { Tx } from '../../db/transaction.ts';
import { emailKey } from '../../domain/email.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { countOthers, endAllSessions } from '../session/steps.ts';

/** The account's id by its id or its address. @throws AuthError `not_found`. For operators. */
export const findAccountId = async (ctx: RequestContext, who: string): Promise<string> => {
  const where = who.includes('@')
    ? { emailKey: emailKey(who), deletedAt: null }
    : { id: who, deletedAt: null };
  const account = await ctx.deps.db.read((em) => em.findOne(AccountEntity, where));
  if (account === null) throw new AuthError('not_found');
  return account.id;
};

/** The owner learns what was done to the account, in the commit that did it (G3). */
const tell = (
  tx: Tx,
  ctx: RequestContext,
  kind: 'account_disabled' | 'account_enabled' | 'sessions_ended',
  accountId: string,
  at: Date,
): Promise<void> =>
  requestMail(tx, ctx, { kind, noticeId: ctx.deps.random.uuid(), accountId, at: at.toISOString() });

/** Disables an account: always a new epoch, so that enabling it later revives nothing. */
export const disableAccount = async (
  ctx: RequestContext,
  accountId: string,
): Promise<{ sessionsEnded: number }> => {
  const done = await ctx.deps.authority.revoking(accountId, ctx.deadlineMs, async (tx, account) => {
    if (account === null) throw new AuthError('not_found');
    if (account.disabledAt != null) return { ends: false, value: { sessionsEnded: 0 } };
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        const sessionsEnded = await countOthers(tx, account, null);
        account.disabledAt = at;
        audit(tx, ctx, at, {
          accountId,
          type: 'account_disabled',
          actor: 'operator',
          details: { sessionsEnded },
        });
        await tell(tx, ctx, 'account_disabled', accountId, at);
        await endAllSessions(tx, account, {
          at,
          type: 'account_disabled',
          cause: 'account_disabled',
          actor: 'operator',
          bySessionId: null,
          linksDie: true,
        });
        return { sessionsEnded };
      },
    };
  });
  ctx.deps.hints.publish(accountId);
  return done;
};

/** Lets the account sign in again. No session and no link comes back. */
export const enableAccount = async (ctx: RequestContext, accountId: string): Promise<void> => {
  await ctx.deps.db.write(ctx.deadlineMs, async (tx) => {
    const account = await lockAccount(tx, accountId);
    if (account === null) throw new AuthError('not_found');
    if (account.disabledAt == null) return;
    const at = await databaseTime(tx);
    account.disabledAt = null;
    account.updatedAt = at;
    audit(tx, ctx, at, { accountId, type: 'account_enabled', actor: 'operator' });
    await tell(tx, ctx, 'account_enabled', accountId, at);
    await tx.flush();
  });
};

/** Ends every session of an account for an operator. */
export const signOutAccount = async (
  ctx: RequestContext,
  accountId: string,
): Promise<{ sessionsEnded: number }> => {
  const done = await ctx.deps.authority.revoking(accountId, ctx.deadlineMs, async (tx, account) => {
    if (account === null) throw new AuthError('not_found');
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        const sessionsEnded = await countOthers(tx, account, null);
        audit(tx, ctx, at, {
          accountId,
          type: 'sessions_revoked',
          actor: 'operator',
          details: { sessionsEnded },
        });
        await tell(tx, ctx, 'sessions_ended', accountId, at);
        await endAllSessions(tx, account, {
          at,
          type: 'session_revoked',
          cause: 'operator',
          actor: 'operator',
          bySessionId: null,
          linksDie: false,
        });
        return { sessionsEnded };
      },
    };
  });
  ctx.deps.hints.publish(accountId);
  return done;
};
