import { RevocationUnavailable } from '../src/errors.ts';
import { StoreUnavailable } from '../src/ports.ts';
import type { Decision } from '../src/revoke.ts';
import type { Verdict } from '../src/verify.ts';
import type { Outcome } from './check/history.ts';
import type { Instance } from './instance.ts';
import { type Connection, ConnectionLost } from './postgres/connection.ts';
import type { AccountRow } from './postgres/rows.ts';
import { PostgresError } from './postgres/server.ts';
import * as sql from './postgres/verb-statements.ts';
import { linkKey } from './postgres/rows.ts';
import type { Statement } from './postgres/statement.ts';

/**
 * The service's verbs, as far as the guarantees depend on them: the same statements in the same order on the same
 * protocol code. The texts they stand for are in apps/api/src/services and pinned by pins/.
 */

/** A verb's own refusal; it rolls the transaction back. */
export class Refusal extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

export const CURRENT_PARAMETERS = 2;

export interface VerbOptions {
  deadlineMs: number;
  /** A statement that the verb can do without; should it fail, the transaction is aborted all the same. */
  bestEffort: 'none' | 'works' | 'fails';
}

export const verify = async (on: Instance, sessionId: string, accountId: string): Promise<Outcome> => {
  try {
    return told(await on.authority.verifier.verify(sessionId, accountId));
  } catch (error) {
    return { kind: 'crashed', error: String(error) };
  }
};

/** Several of one account's sessions in one call; one outcome for each. */
export const verifyMany = async (
  on: Instance,
  sessionIds: readonly string[],
  accountId: string,
): Promise<Outcome[]> => {
  try {
    return (await on.many.verifyMany(sessionIds.map((sessionId) => ({ sessionId, accountId })))).map(told);
  } catch (error) {
    return sessionIds.map(() => ({ kind: 'crashed', error: String(error) }));
  }
};

const told = (verdict: Verdict): Outcome => {
  if (verdict.status === 'unavailable') return { kind: 'unavailable' };
  if (verdict.status === 'live') return { kind: 'live', source: verdict.source };
  return { kind: 'dead', reason: verdict.reason };
};

/** P3, and after it the renewal of a hash made with older parameters. */
export const signIn = async (
  on: Instance,
  accountId: string,
  password: string,
  { deadlineMs }: VerbOptions,
): Promise<Outcome> => {
  const sessionId = `s-${on.process.random.token(16)}`;
  let account: AccountRow | null;
  try {
    account = await on.database.once(on.process, 'read', (one) => one.statement(sql.readAccount(accountId)));
  } catch (error) {
    return failed(error);
  }
  if (account === null || account.passwordHash.password !== password) return { kind: 'refused' };
  // Argon2 takes its time, outside any transaction.
  await on.process.clock.sleep(50);
  if (account.disabled) return { kind: 'disabled' };
  const proven = account;
  const outcome = await on.units.transaction(deadlineMs, async (tx) => {
    if (!(await tx.statement(sql.openSession(sessionId, accountId, proven.epoch, on.life))))
      throw new Refusal({ kind: 'overtaken' });
  });
  if (outcome.kind === 'unknown') return { kind: 'unknown' };
  if (outcome.kind === 'rolled_back') return failed(outcome.error);
  if (proven.passwordHash.parameters < CURRENT_PARAMETERS) await renewHash(on, proven, deadlineMs);
  return { kind: 'done', sessionId };
};

const renewHash = async (on: Instance, account: AccountRow, deadlineMs: number): Promise<void> => {
  await on.process.clock.sleep(50);
  const renewed = { ...account.passwordHash, parameters: CURRENT_PARAMETERS };
  await on.units.transaction(deadlineMs, async (tx) => {
    if ((await tx.statement(sql.lockAccount(account.id))) === null) return;
    await tx.statement(sql.rehash(account.id, account.passwordHash, renewed));
  });
};

/** The mailed link is issued by another job: it gets the link epoch of its moment. */
export const issueLink = async (on: Instance, accountId: string, linkId: string): Promise<Outcome> => {
  const insert: Statement<void> = {
    name: `ISSUE ${linkId}`,
    run: (view) => {
      const account = view.get<AccountRow>(`account/${accountId}`);
      if (account)
        view.put(linkKey(linkId), { id: linkId, accountId, linkEpoch: account.linkEpoch, used: false });
    },
  };
  try {
    await on.database.once(on.process, 'write', (one) => one.statement(insert));
    return { kind: 'done' };
  } catch {
    return { kind: 'unknown' };
  }
};

export const reset = (
  on: Instance,
  accountId: string,
  linkId: string,
  password: string,
  options: VerbOptions,
) =>
  revoking(on, accountId, options, async (tx) => {
    if ((await tx.statement(sql.findLink(linkId))) === null) throw new Refusal({ kind: 'refused' });
    return {
      ends: true,
      apply: async () => {
        if (!(await tx.statement(sql.spendLink(linkId)))) throw new Refusal({ kind: 'refused' });
        await tx.statement(
          sql.endAllSessions(accountId, true, {
            passwordHash: { password, parameters: CURRENT_PARAMETERS },
          }),
        );
        await forgiving(tx, options);
      },
    };
  });

export const revokeOne = async (
  on: Instance,
  accountId: string,
  callerId: string,
  sessionId: string,
  options: VerbOptions,
): Promise<Outcome> => {
  let endedNone = false;
  const outcome = await revoking(on, accountId, options, async (tx) => {
    endedNone = false;
    if (sessionId !== callerId) await requireLive(tx, callerId);
    // Expired is not over: a use that is being recorded may still move the idle end.
    if ((await tx.statement(sql.checkLive(sessionId))) === 'over') {
      endedNone = true;
      return { ends: false, value: undefined };
    }
    return {
      ends: true,
      apply: async () => {
        await tx.statement(sql.endSession(sessionId));
        await forgiving(tx, options);
      },
    };
  });
  return outcome.kind === 'done' && endedNone ? { ...outcome, endedNone } : outcome;
};

export const revokeMany = (
  on: Instance,
  accountId: string,
  callerId: string,
  keepsCaller: boolean,
  options: VerbOptions,
) =>
  revoking(on, accountId, options, async (tx) => {
    await requireLive(tx, callerId);
    return {
      ends: true,
      apply: async () => {
        await tx.statement(sql.endAllSessions(accountId, false));
        if (keepsCaller) await tx.statement(sql.keepSession(callerId));
        await forgiving(tx, options);
      },
    };
  });

/** The caller's session is looked at again under the lock. */
export const requireLive = async (tx: Connection, callerId: string): Promise<void> => {
  const state = await tx.statement(sql.checkLive(callerId));
  if (state === 'expired') throw new Refusal({ kind: 'dead', reason: 'session_expired' });
  if (state === 'over') throw new Refusal({ kind: 'dead' });
};

export const forgiving = async (tx: Connection, { bestEffort }: VerbOptions): Promise<void> => {
  if (bestEffort === 'none') return;
  if (bestEffort === 'fails') tx.failNext();
  await tx.statement(sql.bestEffort).catch((error: unknown) => {
    if (!(error instanceof PostgresError)) throw error;
  });
};

export const revoking = async (
  on: Instance,
  accountId: string,
  options: VerbOptions,
  decide: (tx: Connection, account: AccountRow | null) => Promise<Decision<void>>,
): Promise<Outcome> => {
  try {
    await on.authority.revoker.revoking(accountId, options.deadlineMs, decide);
    return { kind: 'done' };
  } catch (error) {
    return failed(error);
  }
};

/** What the service makes of an error; anything that it does not know is a bug. */
export const failed = (error: unknown): Outcome => {
  if (error instanceof Refusal) return error.outcome;
  if (error instanceof RevocationUnavailable)
    return { kind: error.mayHaveTakenEffect ? 'unknown' : 'unavailable' };
  if (error instanceof ConnectionLost || error instanceof PostgresError || error instanceof StoreUnavailable)
    return { kind: 'unavailable' };
  if (error instanceof Error && /deadline|COMMIT was answered/.test(error.message))
    return { kind: 'unavailable' };
  return { kind: 'crashed', error: String(error) };
};
