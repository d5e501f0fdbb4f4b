import type { ReauthenticateInput } from '@portcullis/contracts/session';
import { SessionEntity } from '../../db/entities/session.ts';
import { AuthError } from '../../errors.ts';
import { isStillProven, requirePassword } from '../account/password.ts';
import type { SignedInContext } from '../context.ts';
import { audit, databaseTime, feed } from '../record.ts';
import { type Credential, credentialOf } from './credential.ts';
import { endSession, isLive, openSession } from './steps.ts';

/** Proves the password again: a new session takes the caller's place, with `authenticatedAt` of now (ASVS 7.2.4). */
export const reauthenticate = async (
  ctx: SignedInContext,
  input: ReauthenticateInput,
): Promise<{ credential: Credential }> => {
  const { authority, hints } = ctx.deps;
  const { caller } = ctx;
  const proven = await requirePassword(ctx, input.password);
  const opened = await authority.revoking(caller.accountId, ctx.deadlineMs, async (tx, account) => {
    if (account === null || !(await isLive(tx, caller.sessionId, account.id)))
      throw new AuthError('session_revoked');
    if (!isStillProven(account, proven)) throw new AuthError('credentials_invalid');
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        const old = await tx.findOneOrFail(SessionEntity, { id: caller.sessionId });
        await endSession(tx, account, caller.sessionId, at, 'reauthenticated');
        const next = await openSession(tx, ctx, {
          accountId: account.id,
          epoch: account.epoch,
          transport: caller.transport,
          remember: old.remember,
        });
        if (next === null) throw new Error('the new session was refused under the lock of its own account');
        audit(tx, ctx, at, { accountId: account.id, type: 'reauthenticated', sessionId: next.id });
        feed(tx, at, {
          accountId: account.id,
          epoch: account.epoch,
          type: 'session_opened',
          cause: 'opened',
          sessionId: next.id,
        });
        await tx.flush();
        return next;
      },
    };
  });
  hints.publish(caller.accountId);
  return { credential: await credentialOf(ctx, opened) };
};
