import type { SignInInput } from '@portcullis/contracts/session';
import type { Account } from '@portcullis/contracts/account';
import { AccountEntity, type AccountRow } from '../../db/entities/account.ts';
import { RegistrationEntity, type RegistrationRow } from '../../db/entities/registration.ts';
import { lockAccount } from '../../db/repository.ts';
import { emailKey } from '../../domain/email.ts';
import { networkOf } from '../../domain/network.ts';
import { AuthError } from '../../errors.ts';
import { rememberLanguage } from '../account/language.ts';
import { NO_PASSWORD, provePassword } from '../account/password.ts';
import { accountView } from '../account/view.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, failuresLimited, type Spending } from '../limits.ts';
import { audit, databaseTime, feed } from '../record.ts';
import { type Credential, credentialOf } from './credential.ts';
import { deviceCookie, deviceShown, isStillKnown } from './device.ts';
import { tellOwner } from './guessing.ts';
import { countAttempt, failureKey, forgetFailures, uncountAttempt } from './failures.ts';
import { type OpenedSession, openSession } from './steps.ts';

/** What is on record for an address. */
interface OnRecord {
  account: AccountRow | null;
  pending: RegistrationRow | null;
}

interface Attempt {
  key: string;
  input: SignInInput;
  found: OnRecord;
  /** From a device that signed in to this account before. */
  isKnown: boolean;
}

interface Proven {
  account: AccountRow;
  opened: OpenedSession;
}

/**
 * P3. Reads the hash and its epoch, verifies outside any transaction, and opens a session only under that epoch. One
 * argon2 verification on every path, so an unknown address takes as long as a known one.
 * @returns `device`: what the browser shows next time, so that strangers who guess cannot lock it out; null for a bearer
 * @throws AuthError `credentials_invalid`; `email_unverified` and `account_disabled` only after a right password;
 *   `rate_limited` before any password is looked at.
 */
export const signIn = async (
  ctx: RequestContext,
  input: SignInInput,
): Promise<{ account: Account; credential: Credential; device: string | null }> => {
  const key = emailKey(input.email);
  const { account, opened } =
    (await fromKnownDevice(ctx, key, input)) ?? (await fromUnknownDevice(ctx, key, input));
  await rehash(ctx, account, input.password);
  await rememberLanguage(ctx, account);
  ctx.deps.hints.publish(account.id);
  const device =
    opened.transport === 'cookie' ? deviceCookie(ctx, key, account.linkEpoch, opened.createdAt) : null;
  return { account: accountView(account), credential: await credentialOf(ctx, opened), device };
};

/**
 * Counted for the device alone, whatever others do to the account or at the same address; null when the request shows
 * no device of this account, or one that failed too often. Only where cookies count is one looked at.
 */
const fromKnownDevice = async (
  ctx: RequestContext,
  key: string,
  input: SignInInput,
): Promise<Proven | null> => {
  const device = input.transport === 'bearer' ? null : deviceShown(ctx, key);
  if (device === null) return null;
  const found = await onRecord(ctx, key);
  if (!isStillKnown(device, found.account)) return null;
  try {
    return await failuresLimited(ctx, [{ rule: 'sign_in_device', key: device.id, hidden: true }], () =>
      prove(ctx, { key, input, found, isKnown: true }),
    );
  } catch (error) {
    if (error instanceof AuthError && error.reason === 'rate_limited') return null;
    throw error;
  }
};

/**
 * The address first, before anything is read. Then the account, under its link epoch: a reset of the password, in its
 * own commit, leaves all that was counted before to a key that nobody asks for again.
 */
const fromUnknownDevice = (ctx: RequestContext, key: string, input: SignInInput): Promise<Proven> =>
  failuresLimited(ctx, byAddress('sign_in_ip', ctx.ip), async () => {
    const found = await onRecord(ctx, key);
    const counted = `${key}|${found.account?.linkEpoch ?? 0}`;
    const spendings: Spending[] = [
      { rule: 'sign_in_account_ip', key: `${counted}|${networkOf(ctx.ip)}` },
      { rule: 'sign_in_account', key: counted, hidden: true },
    ];
    try {
      return await failuresLimited(ctx, spendings, () => prove(ctx, { key, input, found, isKnown: false }));
    } catch (error) {
      if (error instanceof AuthError && error.limit?.rule === 'sign_in_account')
        await tellOwner(ctx, key, found.account?.id ?? null);
      throw error;
    }
  });

const onRecord = (ctx: RequestContext, key: string): Promise<OnRecord> =>
  ctx.deps.db.read(async (em) => ({
    account: await em.findOne(AccountEntity, { emailKey: key, deletedAt: null }),
    pending: await em.findOne(
      RegistrationEntity,
      { emailKey: key },
      { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] },
    ),
  }));

/** One argon2 verification and, when it fails, the same writes, whatever is known of the address. */
const prove = async (ctx: RequestContext, attempt: Attempt): Promise<Proven> => {
  const { account } = attempt.found;
  const failures = failureKey(ctx, attempt.key, account?.linkEpoch ?? 0);
  await countAttempt(ctx, failures, attempt.isKnown);
  try {
    return await proveAndOpen(ctx, attempt, failures);
  } catch (error) {
    if (error instanceof AuthError && error.reason === 'unavailable') await uncountAttempt(ctx, failures);
    throw error;
  }
};

const proveAndOpen = async (
  ctx: RequestContext,
  { input, found: { account, pending } }: Attempt,
  failures: Buffer,
): Promise<Proven> => {
  const hash = account?.passwordHash ?? pending?.passwordHash ?? NO_PASSWORD;
  const right = await provePassword(ctx, hash, input.password);
  if (account === null || !right) {
    ctx.deps.limiter.signInFailed();
    await recordFailure(ctx, account);
    // A pending registration is told apart only by somebody who knows its password.
    const alive = pending !== null && pending.expiresAt > ctx.deps.authority.databaseNow();
    throw new AuthError(account === null && right && alive ? 'email_unverified' : 'credentials_invalid');
  }
  if (account.disabledAt != null) {
    await recordFailure(ctx, account);
    throw new AuthError('account_disabled');
  }
  return { account, opened: await open(ctx, account, input, failures) };
};

const open = (ctx: RequestContext, account: AccountRow, input: SignInInput, failures: Buffer) =>
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
    await forgetFailures(tx, failures);
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
