import type { ChangePasswordInput } from '@portcullis/contracts/account';
import { AuthError } from '../../errors.ts';
import type { SignedInContext } from '../context.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { type Credential, credentialOf } from '../session/credential.ts';
import { deviceCookie } from '../session/device.ts';
import { byCaller, countOthers, endAllSessions, endSession, isLive, openSession } from '../session/steps.ts';
import { SessionEntity } from '../../db/entities/session.ts';
import { isStillProven, requireAcceptable, requirePassword } from './password.ts';

/**
 * Changes the password, ends every other session and replaces the caller's by a new one, in one commit.
 * @throws AuthError `credentials_invalid`, `password_rejected`, `session_revoked`, `rate_limited`, `unavailable`.
 */
export const changePassword = async (
  ctx: SignedInContext,
  input: ChangePasswordInput,
): Promise<{ sessionsEnded: number; credential: Credential; device: string | null }> => {
  const { hasher, authority, random, hints } = ctx.deps;
  const { caller } = ctx;
  const proven = await requirePassword(ctx, input.currentPassword);
  await requireAcceptable(ctx, input.newPassword, { email: proven.email, name: proven.name ?? null });
  const passwordHash = await hasher.hash(input.newPassword);
  const done = await authority.revoking(caller.accountId, ctx.deadlineMs, async (tx, account) => {
    if (account === null || !(await isLive(tx, caller.sessionId, account.id)))
      throw new AuthError('session_revoked');
    // Proven against a hash that is no longer the account's: the same answer as a wrong password (G4).
    if (!isStillProven(account, proven)) throw new AuthError('credentials_invalid');
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        const old = await tx.findOneOrFail(SessionEntity, { id: caller.sessionId });
        const sessionsEnded = await countOthers(tx, account, caller.sessionId);
        await endSession(tx, account, caller.sessionId, at, 'password_changed');
        account.passwordHash = passwordHash;
        audit(tx, ctx, at, {
          accountId: account.id,
          type: 'password_changed',
          sessionId: caller.sessionId,
          details: { sessionsEnded },
        });
        await requestMail(tx, ctx, {
          kind: 'password_changed',
          noticeId: random.uuid(),
          accountId: account.id,
          at: at.toISOString(),
        });
        await endAllSessions(tx, account, {
          at,
          type: 'password_changed',
          cause: 'password_changed',
          ...byCaller(caller),
          linksDie: true,
        });
        const opened = await openSession(tx, ctx, {
          accountId: account.id,
          epoch: account.epoch,
          transport: caller.transport,
          remember: old.remember,
        });
        if (opened === null) throw new Error('the new session was refused under the lock of its own account');
        // The links died, and every known device with them: this browser is given a new one.
        const device =
          opened.transport === 'cookie'
            ? deviceCookie(ctx, account.emailKey ?? '', account.linkEpoch, at)
            : null;
        return { sessionsEnded, opened, device };
      },
    };
  });
  hints.publish(caller.accountId);
  const { sessionsEnded, opened, device } = done;
  return { sessionsEnded, credential: await credentialOf(ctx, opened), device };
};
