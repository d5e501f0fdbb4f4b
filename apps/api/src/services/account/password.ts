import type { PasswordRule } from '@portcullis/contracts/password';
import { AccountEntity, type AccountRow } from '../../db/entities/account.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext, SignedInContext } from '../context.ts';
import { failuresLimited } from '../limits.ts';
import { audit, databaseTime } from '../record.ts';

/** Not a PHC string: no password matches it, and the account signs in again only after a reset. */
export const NO_PASSWORD = '!';

/** Exactly one argon2 verification, whatever is on record. */
export const provePassword = async (
  ctx: RequestContext,
  hash: string | null | undefined,
  password: string,
): Promise<boolean> => {
  const { hasher } = ctx.deps;
  return hash?.startsWith('$') ? hasher.verify(hash, password) : hasher.verifyNothing(password);
};

/** The account as it stands, for a caller who must prove the password before a change. @throws AuthError `session_revoked` when it is gone. */
export const readAccount = async (ctx: SignedInContext): Promise<AccountRow> => {
  const account = await ctx.deps.db.read((em) =>
    em.findOne(AccountEntity, { id: ctx.caller.accountId, deletedAt: null }),
  );
  if (account === null) throw new AuthError('session_revoked');
  return account;
};

/** Limited per session; a right password gives its point back. @throws AuthError `credentials_invalid`, `rate_limited`. */
export const requirePassword = async (ctx: SignedInContext, password: string): Promise<AccountRow> => {
  const { sessionId } = ctx.caller;
  return failuresLimited(ctx, [{ rule: 'password_session', key: sessionId }], async () => {
    const account = await readAccount(ctx);
    if (!(await provePassword(ctx, account.passwordHash, password))) {
      await recordRefusal(ctx);
      throw new AuthError('credentials_invalid');
    }
    return account;
  });
};

const recordRefusal = (ctx: SignedInContext): Promise<void> =>
  ctx.deps.db.write(ctx.deadlineMs, async (tx) => {
    const { caller } = ctx;
    audit(tx, ctx, await databaseTime(tx), {
      accountId: caller.accountId,
      type: 'password_check_failed',
      sessionId: caller.sessionId,
    });
    await tx.flush();
  });

/**
 * Whether the password that was proven is the account's still, under its lock. A hash that was renewed beside it is one of
 * the same password: only that keeps the epoch, and whatever else steps the epoch keeps the hash (G4, G5).
 */
export const isStillProven = (
  now: Pick<AccountRow, 'passwordHash' | 'epoch'>,
  proven: Pick<AccountRow, 'passwordHash' | 'epoch'>,
): boolean => now.passwordHash === proven.passwordHash || now.epoch === proven.epoch;

/** @throws AuthError `password_rejected` with every rule that is broken. */
export const requireAcceptable = async (
  ctx: RequestContext,
  password: string,
  about: { email: string; name?: string | null },
): Promise<void> => {
  const rules: PasswordRule[] = await ctx.deps.judgePassword(password, about);
  if (rules.length > 0) throw new AuthError('password_rejected', { rules });
};
