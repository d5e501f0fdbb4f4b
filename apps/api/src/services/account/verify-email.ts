import { timingSafeEqual } from 'node:crypto';
import type { VerifyEmailInput } from '@portcullis/contracts/account';
import { RegistrationEntity, type RegistrationRow } from '../../db/entities/registration.ts';
import type { Tx } from '../../db/transaction.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, failuresLimited } from '../limits.ts';
import { audit, databaseTime } from '../record.ts';
import { hashOf } from '../session/steps.ts';
import { provePassword } from './password.ts';

const TRIES = 5;

const FIND = `SELECT id FROM portcullis.registration WHERE secret_hash = ? AND expires_at > clock_timestamp() AND attempts < ${TRIES}`;

// All of the address, in one order: whoever confirms another one waits here, and not for a row that this one needs next.
const LOCK = `
SELECT id, secret_hash = ? AND expires_at > clock_timestamp() AS good FROM portcullis.registration
WHERE email_key = ? ORDER BY id FOR UPDATE`;

const CREATE = `
INSERT INTO portcullis.account (id, email, email_key, name, password_hash, language)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email_key) DO NOTHING RETURNING id`;

/**
 * Turns a pending registration into an account. The mailed secret proves the mailbox; the cookie of the sign-up, or
 * its password, proves that the same person asked for it. So a click on a stranger's mail adopts nobody's password.
 * @throws AuthError `verification_invalid` for a secret that is unknown, spent or too old; `credentials_invalid` when
 * neither cookie nor password fits, five times at most.
 */
export const verifyEmail = async (
  ctx: RequestContext,
  input: VerifyEmailInput & { registrationSecret?: string },
): Promise<{ status: 'verified' }> => {
  await failuresLimited(ctx, byAddress('verification_ip', ctx.ip), () => verify(ctx, input));
  return { status: 'verified' };
};

const verify = async (
  ctx: RequestContext,
  input: VerifyEmailInput & { registrationSecret?: string },
): Promise<void> => {
  const { db } = ctx.deps;
  const secretHash = hashOf(input.token);
  const registration = await db.read(async (em) => {
    const found = await em.execute<{ id: string }[]>(FIND, [secretHash]);
    return found[0] ? em.findOne(RegistrationEntity, { id: found[0].id }) : null;
  });
  if (registration === null) throw new AuthError('verification_invalid');
  if (!(await isSigner(ctx, registration, input))) throw new AuthError('credentials_invalid');
  await db.write(ctx.deadlineMs, (tx) => adopt(tx, ctx, registration, secretHash));
};

const isSigner = async (
  ctx: RequestContext,
  registration: RegistrationRow,
  input: VerifyEmailInput & { registrationSecret?: string },
): Promise<boolean> => {
  const { registrationSecret, password } = input;
  if (
    registrationSecret !== undefined &&
    timingSafeEqual(hashOf(registrationSecret), Buffer.from(registration.cookieHash))
  )
    return true;
  // The try is spent before the password is looked at: parallel guesses cannot share one.
  const counted = await ctx.deps.db.write(ctx.deadlineMs, (tx) =>
    tx.execute<unknown[]>(
      `UPDATE portcullis.registration SET attempts = attempts + 1 WHERE id = ? AND attempts < ${TRIES} RETURNING id`,
      [registration.id],
    ),
  );
  if (counted.length === 0) throw new AuthError('verification_invalid');
  return password !== undefined && provePassword(ctx, registration.passwordHash, password);
};

const adopt = async (
  tx: Tx,
  ctx: RequestContext,
  registration: RegistrationRow,
  secretHash: Buffer,
): Promise<void> => {
  // Of any number of concurrent uses one deletes the row (G6); the others find nothing once it lets go of the lock.
  const pending = await tx.execute<{ id: string; good: boolean | null }[]>(LOCK, [
    secretHash,
    registration.emailKey,
  ]);
  if (pending.find(({ id }) => id === registration.id)?.good !== true)
    throw new AuthError('verification_invalid');
  const accountId = ctx.deps.random.uuid();
  const created = await tx.execute<unknown[]>(CREATE, [
    accountId,
    registration.email,
    registration.emailKey,
    registration.name ?? null,
    registration.passwordHash,
    ctx.language,
  ]);
  // Somebody else's registration of the address was confirmed first.
  if (created.length === 0) throw new AuthError('verification_invalid');
  await tx.execute('DELETE FROM portcullis.registration WHERE email_key = ?', [registration.emailKey], 'run');
  audit(tx, ctx, await databaseTime(tx), { accountId, type: 'account_created' });
};
