import type { EndedBy, RevokeInput, RevokeOutput, SignOutOutput } from '@portcullis/contracts/session';
import { SessionEntity } from '../../db/entities/session.ts';
import { AuthError } from '../../errors.ts';
import type { SignedInContext } from '../context.ts';
import { spend } from '../limits.ts';
import { audit, databaseTime } from '../record.ts';
import { byCaller, countOthers, endAllSessions, endSession, isEndable, isLive } from './steps.ts';

/** Ends one session of the caller's account. @throws AuthError `not_found`, for another account's just as for none. */
export const revokeSession = async (ctx: SignedInContext, input: RevokeInput): Promise<RevokeOutput> => {
  await spend(ctx, { rule: 'write_session', key: ctx.caller.sessionId });
  return endOne(ctx, input.sessionId, 'revoked');
};

/** Ends the caller's own session. Idempotent: a session that is over already is signed out. */
export const signOut = async (ctx: SignedInContext): Promise<SignOutOutput> => {
  await endOne(ctx, ctx.caller.sessionId, 'sign_out');
  return { status: 'signed_out' };
};

const endOne = async (ctx: SignedInContext, sessionId: string, cause: EndedBy): Promise<RevokeOutput> => {
  const { caller, deps } = ctx;
  const done = await deps.authority.revoking<RevokeOutput>(
    caller.accountId,
    ctx.deadlineMs,
    async (tx, account) => {
      if (account === null) throw new AuthError('session_revoked');
      const session = await tx.findOne(SessionEntity, { id: sessionId, accountId: account.id });
      if (session === null) throw new AuthError('not_found');
      if (sessionId !== caller.sessionId && !(await isLive(tx, caller.sessionId, account.id)))
        throw new AuthError('session_revoked');
      if (!(await isEndable(tx, sessionId, account.id))) return { ends: false, value: { sessionsEnded: 0 } };
      return {
        ends: true,
        apply: async () => {
          const at = await databaseTime(tx);
          audit(tx, ctx, at, {
            accountId: account.id,
            type: cause === 'sign_out' ? 'signed_out' : 'session_revoked',
            sessionId,
          });
          const ended = await endSession(tx, account, sessionId, at, cause);
          return { sessionsEnded: ended ? 1 : 0 };
        },
      };
    },
  );
  deps.hints.publish(caller.accountId);
  return done;
};

/** Ends every session of the account but the caller's, which is re-stamped to the new epoch. */
export const revokeOthers = (ctx: SignedInContext): Promise<RevokeOutput> =>
  endMany(ctx, 'revoked_others', ctx.caller.sessionId);

/** Ends every session of the account, the caller's included. */
export const revokeAll = (ctx: SignedInContext): Promise<RevokeOutput> => endMany(ctx, 'revoked_all', null);

const endMany = async (
  ctx: SignedInContext,
  cause: EndedBy,
  keepSessionId: string | null,
): Promise<RevokeOutput> => {
  const { caller, deps } = ctx;
  await spend(ctx, { rule: 'write_session', key: caller.sessionId });
  const done = await deps.authority.revoking<RevokeOutput>(
    caller.accountId,
    ctx.deadlineMs,
    async (tx, account) => {
      if (account === null || !(await isLive(tx, caller.sessionId, account.id)))
        throw new AuthError('session_revoked');
      return {
        ends: true,
        apply: async () => {
          const at = await databaseTime(tx);
          const sessionsEnded = await countOthers(tx, account, keepSessionId);
          audit(tx, ctx, at, {
            accountId: account.id,
            type: 'sessions_revoked',
            sessionId: caller.sessionId,
            details: { sessionsEnded },
          });
          await endAllSessions(tx, account, {
            at,
            type: 'session_revoked',
            cause,
            ...byCaller(caller),
            keepSessionId,
            linksDie: false,
          });
          return { sessionsEnded };
        },
      };
    },
  );
  deps.hints.publish(caller.accountId);
  return done;
};
