import type { Outcome } from './check/history.ts';
import type { Instance } from './instance.ts';
import type { AccountRow } from './postgres/rows.ts';
import * as sql from './postgres/verb-statements.ts';
import {
  CURRENT_PARAMETERS,
  failed,
  forgiving,
  Refusal,
  requireLive,
  revoking,
  type VerbOptions,
} from './verbs.ts';

/** The service's verbs on an account: those of its owner, and those of an operator. */

/** All sessions end, and the caller gets a new one, in one commit. */
export const changePassword = async (
  on: Instance,
  accountId: string,
  { callerId, password, renewed }: { callerId: string; password: string; renewed: string },
  options: VerbOptions,
): Promise<Outcome> => {
  const sessionId = `s-${on.process.random.token(16)}`;
  let proven: AccountRow | null;
  try {
    proven = await on.database.once(on.process, 'read', (one) => one.statement(sql.readAccount(accountId)));
  } catch (error) {
    return failed(error);
  }
  if (proven === null || proven.passwordHash.password !== password) return { kind: 'refused' };
  const { passwordHash, epoch } = proven;
  // Argon2 takes its time, for the old password and for the new one.
  await on.process.clock.sleep(50);
  const outcome = await revoking(on, accountId, options, async (tx, account) => {
    await requireLive(tx, callerId);
    if (account === null || !(sql.sameHash(account.passwordHash, passwordHash) || account.epoch === epoch))
      throw new Refusal({ kind: 'overtaken' });
    return {
      ends: true,
      apply: async () => {
        await tx.statement(sql.endSession(callerId));
        await tx.statement(
          sql.endAllSessions(accountId, true, {
            passwordHash: { password: renewed, parameters: CURRENT_PARAMETERS },
          }),
        );
        if (!(await tx.statement(sql.openSession(sessionId, accountId, account.epoch + 1, on.life))))
          throw new Error('the new session was refused under the lock of its own account');
        await forgiving(tx, options);
      },
    };
  });
  return outcome.kind === 'done' ? { ...outcome, sessionId } : outcome;
};

/** Always a new epoch, so that enabling revives nothing. */
export const disable = async (on: Instance, accountId: string, options: VerbOptions): Promise<Outcome> => {
  let endedNone = false;
  const outcome = await revoking(on, accountId, options, async (tx, account) => {
    endedNone = account?.disabled !== false;
    if (endedNone) return { ends: false, value: undefined };
    return {
      ends: true,
      apply: async () => {
        await tx.statement(sql.endAllSessions(accountId, true, { disabled: true }));
        await forgiving(tx, options);
      },
    };
  });
  return outcome.kind === 'done' && endedNone ? { ...outcome, endedNone } : outcome;
};

/** Ends nothing, so it needs no fence. */
export const enable = async (
  on: Instance,
  accountId: string,
  { deadlineMs }: VerbOptions,
): Promise<Outcome> => {
  const outcome = await on.units.transaction(deadlineMs, async (tx) => {
    const account = await tx.statement(sql.lockAccount(accountId));
    if (account?.disabled === true) await tx.statement(sql.enable(accountId));
  });
  if (outcome.kind === 'unknown') return { kind: 'unknown' };
  return outcome.kind === 'rolled_back' ? failed(outcome.error) : { kind: 'done' };
};
