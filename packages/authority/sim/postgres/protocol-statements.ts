import type {
  GenerationSeen,
  LiveSession,
  PollReply,
  PollReport,
  PostgresBranch,
  Registration,
  Truth,
} from '../../src/ports.ts';
import type { Subject } from '../../src/verify-many.ts';
import {
  type AccountRow,
  accountKey,
  GENERATION,
  type GenerationRow,
  isLive,
  leaseKey,
  type LeaseRow,
  sessionKey,
  type SessionRow,
} from './rows.ts';
import type { State } from './rows.ts';
import type { Statement, View } from './statement.ts';

/** The protocol's own SQL, statement by statement; `pins/` holds the texts that these stand for. */

const ADVISORY = 'advisory';

const generationOf = (view: View): GenerationRow => {
  const row = view.get<GenerationRow>(GENERATION);
  if (row === undefined) throw new Error('there is no generation row');
  return row;
};

/** TRUTH of postgres/sessions.ts: one snapshot. */
export const truth = (
  sessionId: string,
  accountId: string,
  standby: State | null,
): Statement<{ inRecovery: boolean; truth: Truth }> => ({
  name: `TRUTH ${sessionId}`,
  run: (view) => {
    const state = standby ?? { get: (key: string) => view.get(key) };
    const session = state.get(sessionKey(sessionId)) as SessionRow | undefined;
    const found = session !== undefined && session.accountId === accountId;
    return {
      inRecovery: standby !== null,
      truth: found ? truthOf(state, session, view.server.nowMs()) : { kind: 'missing' },
    };
  },
});

/** TRUTHS of postgres/sessions.ts: one snapshot for all of them. */
export const truths = (
  subjects: readonly Subject[],
  standby: State | null,
): Statement<{ inRecovery: boolean; truth: Truth }[]> => ({
  name: `TRUTHS ${subjects.map(({ sessionId }) => sessionId).join(' ')}`,
  run: (view) => subjects.map(({ sessionId, accountId }) => truth(sessionId, accountId, standby).run(view)),
});

const truthOf = (
  state: { get(key: string): object | undefined },
  session: SessionRow,
  nowMs: number,
): Truth => {
  const account = state.get(accountKey(session.accountId)) as AccountRow | undefined;
  if (session.revoked || account === undefined || account.epoch !== session.epoch || account.disabled)
    return { kind: 'revoked' };
  return { kind: isLive(state, session.id, nowMs) ? 'live' : 'expired', session: factOf(session) };
};

const factOf = (session: SessionRow): LiveSession => ({
  sessionId: session.id,
  accountId: session.accountId,
  createdAt: session.createdAt,
  authenticatedAt: session.createdAt,
  lastSeenAt: session.lastSeenAt,
  idleExpiresAt: session.idleExpiresAt,
  expiresAt: session.expiresAt,
});

/** The lock of a heal: conflicts with a revoker's FOR UPDATE, not with a sign-in's KEY SHARE. */
export const lockForHeal = (accountId: string): Statement<void> => ({
  name: `LOCK ${accountId} FOR NO KEY UPDATE NOWAIT`,
  lock: (view) =>
    view.get(accountKey(accountId)) === undefined
      ? null
      : { key: accountKey(accountId), mode: 'NO KEY UPDATE', nowait: true },
  run: () => undefined,
});

/** STATUS of postgres/sessions.ts. */
export const transactionStatus = (xid: string): Statement<{ status: string; branch: PostgresBranch }> => ({
  name: `STATUS of ${xid}`,
  run: (view) => ({
    status: view.server.status(xid),
    branch: { ...view.server.history(), generation: generationOf(view).name },
  }),
});

export const currentGeneration = (
  standby: State | null,
): Statement<{ inRecovery: boolean; generation: string }> => ({
  name: 'CURRENT GENERATION',
  run: (view) => ({
    inRecovery: standby !== null,
    generation: ((standby?.get(GENERATION) as GenerationRow | undefined) ?? generationOf(view)).name,
  }),
});

/** POLL of postgres/leases.ts: the generation row under FOR SHARE, everything else by the snapshot. */
export const poll = (report: PollReport): Statement<PollReply> => ({
  name: `POLL ${report.instanceId}`,
  lock: () => ({ key: GENERATION, mode: 'SHARE' }),
  run: (view) => {
    const generation = view.newest<GenerationRow>(GENERATION) as GenerationRow;
    const now = view.server.nowMs();
    const extended = report.generation === generation.name;
    if (extended) view.put(leaseKey(report.instanceId), leaseRow(report, generation.name, now));
    return {
      generation: { name: generation.name, replicationIds: generation.replicationIds },
      registeredOn: generation.registeredOn,
      leasesComplete: generation.leasesComplete,
      history: view.server.history(),
      extended,
      somebodyReaches: reaches(view, generation.name, report.instanceId),
      databaseNowMs: now,
    };
  },
});

const leaseRow = (report: PollReport, generation: string, now: number): LeaseRow => ({
  instanceId: report.instanceId,
  generation,
  expiresAt: now + report.leaseMs,
  reachesIndex: report.reachesIndex,
});

const reaches = (view: View, generation: string, except: string): boolean =>
  view
    .all<LeaseRow>('lease')
    .some(
      (lease) =>
        lease.instanceId !== except &&
        lease.generation === generation &&
        lease.reachesIndex &&
        lease.expiresAt > view.server.nowMs(),
    );

export const holdGeneration: Statement<void> = {
  name: 'HOLD GENERATION',
  lock: () => ({ key: ADVISORY, mode: 'ADVISORY EXCLUSIVE' }),
  run: () => undefined,
};

/** REPLACE: an UPDATE conditional on the name; a row that changed while it waited is judged anew. */
export const replaceGeneration = (r: Registration): Statement<number> => ({
  name: `REGISTER ${r.generation.name} instead of ${r.instead}`,
  lock: (view) => (generationOf(view).name === r.instead ? { key: GENERATION, mode: 'NO KEY UPDATE' } : null),
  run: (view) => {
    if (generationOf(view).name !== r.instead) return 0;
    if (view.newest<GenerationRow>(GENERATION)?.name !== r.instead) return 0;
    view.put(GENERATION, {
      name: r.generation.name,
      replicationIds: r.generation.replicationIds,
      registeredOn: r.history,
      leasesComplete: r.leasesComplete,
    } satisfies GenerationRow);
    return 1;
  },
});

export const somebodyReaches = (r: Registration): Statement<boolean> => ({
  name: 'WHO REACHES',
  run: (view) => reaches(view, r.instead, r.instanceId),
});

export const markLeasesComplete = (generation: string): Statement<void> => ({
  name: `LEASES COMPLETE ${generation}`,
  lock: (view) =>
    generationOf(view).name === generation ? { key: GENERATION, mode: 'NO KEY UPDATE' } : null,
  run: (view) => {
    const row = view.newest<GenerationRow>(GENERATION);
    if (row?.name === generation) view.put(GENERATION, { ...row, leasesComplete: true });
  },
});

export const removeLease = (instanceId: string): Statement<void> => ({
  name: `REMOVE LEASE ${instanceId}`,
  run: (view) => view.remove(leaseKey(instanceId)),
});

/** SUSPECTS of the service's cleanup/leases.ts. */
export const deadLeases = (forMs: number): Statement<LeaseRow[]> => ({
  name: 'DEAD LEASES',
  run: (view) =>
    view.all<LeaseRow>('lease').filter(({ expiresAt }) => expiresAt < view.server.nowMs() - forMs),
});

/** REMOVE of the same: a row that was written since stays. It holds the rows, and a poll that meets one writes it anew. */
export const removeLeases = (rows: readonly LeaseRow[]): Statement<void> => ({
  name: 'REMOVE DEAD LEASES',
  run: (view) => {
    for (const { instanceId, expiresAt } of rows)
      if (view.newest<LeaseRow>(leaseKey(instanceId))?.expiresAt === expiresAt)
        view.remove(leaseKey(instanceId));
  },
  isAtomic: true,
});

/** P2 step 2, alone in its statement. */
export const shareGeneration: Statement<void> = {
  name: 'SHARE GENERATION',
  lock: () => ({ key: ADVISORY, mode: 'ADVISORY SHARED' }),
  run: () => undefined,
};

/** P2 step 3, in the next statement. */
export const readGeneration: Statement<GenerationSeen> = {
  name: 'READ GENERATION',
  run: (view) => {
    const row = generationOf(view);
    return {
      generation: { name: row.name, replicationIds: row.replicationIds },
      leasesComplete: row.leasesComplete,
      everyLeaseCurrent: view.all<LeaseRow>('lease').every((lease) => lease.generation === row.name),
      registeredOn: row.registeredOn,
      history: view.server.history(),
      xid: view.transaction.xid,
    };
  },
};
