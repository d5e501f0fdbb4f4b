import type { SignInInput } from '@portcullis/contracts/session';
import type { Account } from '@portcullis/contracts/account';
import { AccountEntity, type AccountRow } from '../../db/entities/account.ts';
import { RegistrationEntity } from '../../db/entities/registration.ts';
import { lockAccount } from '../../db/repository.ts';
import { emailKey } from '../../domain/email.ts';
import { networkOf } from '../../domain/network.ts';
import { AuthError } from '../../errors.ts';
import { rememberLanguage } from '../account/language.ts';
import { NO_PASSWORD, provePassword } from '../account/password.ts';
import { accountView } from '../account/view.ts';
import type { RequestContext } from '../context.ts';
import { limited } from '../limits.ts';
import { audit, databaseTime, feed } from '../record.ts';
import { type Credential, credentialOf } from './credential.ts';
import { type OpenedSession, openSession } from './steps.ts';

/**
 * P3. Reads the hash and its epoch, verifies outside any transaction, and opens a session only under that epoch. One
 * argon2 verification on every path, so an unknown address takes as long as a known one.
 * @throws AuthError `credentials_invalid`; `email_unverified` and `account_disabled` only after a right password.
 */
export const signIn = async (
  ctx: RequestContext,
  input: SignInInput,
): Promise<{ account: Account; credential: Credential }> => {
  const { limiter } = ctx.deps;
  const key = emailKey(input.email);
  const ip = networkOf(ctx.ip);
  const { account, opened } = await limited(ctx, 'sign_in_ip', ip, () =>
    limited(ctx, 'sign_in_account_ip', `${key}|${ip}`, () => prove(ctx, key, input)),
  );
  await limiter.refund('sign_in_ip', ip);
  await limiter.refund('sign_in_account_ip', `${key}|${ip}`);
  await rehash(ctx, account, input.password);
  await rememberLanguage(ctx, account);
  ctx.deps.hints.publish(account.id);
  return { account: accountView(account), credential: await credentialOf(ctx, opened) };
};

/** The same reads, one argon2 verification and, when it fails, the same write, whatever is known of the address. */
const prove = async (
  ctx: RequestContext,
  key: string,
  input: SignInInput,
): Promise<{ account: AccountRow; opened: OpenedSession }> => {
  const { account, pending } = await ctx.deps.db.read(async (em) => ({
    account: await em.findOne(AccountEntity, { emailKey: key, deletedAt: null }),
    pending: await em.findOne(
      RegistrationEntity,
      { emailKey: key },
      { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] },
    ),
  }));
  const hash = account?.passwordHash ?? pending?.passwordHash ?? NO_PASSWORD;
  const right = await provePassword(ctx, hash, input.password);
  if (account === null || !right) {
    await recordFailure(ctx, account);
    // A pending registration is told apart only by somebody who knows its password.
    const alive = pending !== null && pending.expiresAt > ctx.deps.authority.databaseNow();
    throw new AuthError(account === null && right && alive ? 'email_unverified' : 'credentials_invalid');
  }
  if (account.disabledAt != null) throw new AuthError('account_disabled');
  return { account, opened: await open(ctx, account, input) };
};

const open = (ctx: RequestContext, account: AccountRow, input: SignInInput) =>
  ctx.deps.db.write(ctx.deadlineMs, async (tx) => {
    const transport = input.transport ?? 'cookie';
    const session = await openSession(tx, ctx, {
      accountId: account.id,
      epoch: account.epoch,
      transport,
      remember: input.remember ?? false,
    });
    // The credentials changed between the proof and now: the same answer as a wrong password (G4).
    if (session === null) throw new AuthError('credentials_invalid');
    audit(tx, ctx, session.createdAt, { accountId: account.id, type: 'signed_in', sessionId: session.id });
    feed(tx, session.createdAt, {
      accountId: account.id,
      epoch: account.epoch,
      type: 'session_opened',
      cause: 'opened',
      sessionId: session.id,
    });
    await tx.flush();
    return session;
  });

const recordFailure = (ctx: RequestContext, account: AccountRow | null) =>
  ctx.deps.db.write(ctx.deadlineMs, async (tx) => {
    audit(tx, ctx, await databaseTime(tx), {
      accountId: account?.id ?? null,
      type: 'sign_in_failed',
      actor: 'anonymous',
    });
    await tx.flush();
  });

/**
 * Moves a hash made with older parameters to today's, by compare-and-set on the hash that was verified: it can never
 * bring an older password back (W7). The session stands whatever becomes of this.
 */
const rehash = async (ctx: RequestContext, account: AccountRow, password: string): Promise<void> => {
  const { hasher, db, log } = ctx.deps;
  if (!hasher.needsRehash(account.passwordHash)) return;
  try {
    const renewed = await hasher.hash(password);
    await db.write(ctx.deadlineMs, async (tx) => {
      if ((await lockAccount(tx, account.id)) === null) return;
      await tx.execute("SELECT set_config('portcullis.rehash', 'on', true)");
      await tx.execute(
        'UPDATE portcullis.account SET password_hash = ? WHERE id = ? AND password_hash = ?',
        [renewed, account.id, account.passwordHash],
        'run',
      );
    });
  } catch (error) {
    log.warn({ err: error }, 'a password hash could not be renewed; the next sign-in tries again');
  }
};
