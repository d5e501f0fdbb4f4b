import {
  type AccountRow,
  accountKey,
  isLive,
  type LinkRow,
  linkKey,
  sessionKey,
  type SessionLife,
  type SessionRow,
} from './rows.ts';
import type { Statement, View } from './statement.ts';

/** The SQL of the verbs that G4, G6 and G10 rest on; `pins/` holds the texts that these stand for. */

export const readAccount = (id: string): Statement<AccountRow | null> => ({
  name: `SELECT account ${id}`,
  run: (view) => view.get<AccountRow>(accountKey(id)) ?? null,
});

/** P2 step 1. */
export const lockAccount = (id: string): Statement<AccountRow | null> => ({
  name: `LOCK ${id} FOR UPDATE`,
  lock: (view) => (view.get(accountKey(id)) ? { key: accountKey(id), mode: 'UPDATE' } : null),
  run: (view) => view.newest<AccountRow>(accountKey(id)) ?? null,
});

/** P3: waits for a revoker, then judges the newest version of the row. False: the epoch is another one now. */
export const openSession = (
  sessionId: string,
  accountId: string,
  epoch: number,
  life: SessionLife,
): Statement<boolean> => ({
  name: `OPEN ${sessionId} at epoch ${epoch}`,
  lock: (view) => {
    const account = view.get<AccountRow>(accountKey(accountId));
    return account && account.epoch === epoch && !account.disabled
      ? { key: accountKey(accountId), mode: 'KEY SHARE' }
      : null;
  },
  run: (view) => {
    const seen = view.get<AccountRow>(accountKey(accountId));
    if (seen === undefined || seen.epoch !== epoch || seen.disabled) return false;
    const account = view.newest<AccountRow>(accountKey(accountId));
    if (account === undefined || account.epoch !== epoch || account.disabled) return false;
    view.put(sessionKey(sessionId), sessionRow(sessionId, account, view.server.nowMs(), life));
    return true;
  },
});

export const sessionRow = (
  id: string,
  account: Pick<AccountRow, 'id' | 'epoch'>,
  now: number,
  { idleMs, absoluteMs }: SessionLife,
): SessionRow => ({
  id,
  accountId: account.id,
  epoch: account.epoch,
  revoked: false,
  createdAt: now,
  lastSeenAt: now,
  idleMs,
  idleExpiresAt: now + idleMs,
  expiresAt: now + absoluteMs,
});

/** W7: compare-and-set on the hash that was verified; the row is locked FOR UPDATE already. */
export const rehash = (
  accountId: string,
  verified: AccountRow['passwordHash'],
  renewed: AccountRow['passwordHash'],
): Statement<void> => ({
  name: `REHASH ${accountId}`,
  lock: () => ({ key: accountKey(accountId), mode: 'NO KEY UPDATE' }),
  run: (view) => {
    const account = view.newest<AccountRow>(accountKey(accountId));
    if (account && sameHash(account.passwordHash, verified))
      view.put(accountKey(accountId), { ...account, passwordHash: renewed });
  },
});

export const sameHash = (a: AccountRow['passwordHash'], b: AccountRow['passwordHash']) =>
  a.password === b.password && a.parameters === b.parameters;

/** A link that may still be used: not spent, and of its account's link epoch (G9). */
export const findLink = (id: string): Statement<LinkRow | null> => ({
  name: `FIND ${id}`,
  run: (view) => {
    const link = view.get<LinkRow>(linkKey(id));
    const account = link && view.get<AccountRow>(accountKey(link.accountId));
    return link && account && !link.used && link.linkEpoch === account.linkEpoch && !account.disabled
      ? link
      : null;
  },
});

/** G6: one conditional update. */
export const spendLink = (id: string): Statement<boolean> => ({
  name: `SPEND ${id}`,
  lock: () => ({ key: linkKey(id), mode: 'NO KEY UPDATE' }),
  run: (view) => {
    const link = view.newest<LinkRow>(linkKey(id));
    if (!link || link.used) return false;
    view.put(linkKey(id), { ...link, used: true });
    return true;
  },
});

/** What travels with the end of all sessions: a new password, the end of all links. */
export interface AccountChange {
  passwordHash?: AccountRow['passwordHash'];
  disabled?: boolean;
}

/** Steps the epoch; other changes of the account travel with it. */
export const endAllSessions = (
  accountId: string,
  linksDie: boolean,
  change: AccountChange = {},
): Statement<void> => ({
  name: `END ALL of ${accountId}`,
  lock: () => ({ key: accountKey(accountId), mode: 'NO KEY UPDATE' }),
  run: (view) => {
    const account = view.newest<AccountRow>(accountKey(accountId)) as AccountRow;
    const renewed = linksDie ? { ...change, linkEpoch: account.linkEpoch + 1 } : change;
    view.put(accountKey(accountId), { ...account, ...renewed, epoch: account.epoch + 1 });
  },
});

/** The other half of the statement that steps the epoch: it waits for the row of the session that stays. */
export const keepSession = (sessionId: string): Statement<void> => ({
  name: `KEEP ${sessionId}`,
  lock: () => ({ key: sessionKey(sessionId), mode: 'NO KEY UPDATE' }),
  run: (view) => {
    const kept = view.newest<SessionRow>(sessionKey(sessionId));
    const account = kept && view.newest<AccountRow>(accountKey(kept.accountId));
    if (kept && account && kept.epoch === account.epoch - 1 && !kept.revoked)
      view.put(sessionKey(sessionId), { ...kept, epoch: account.epoch });
  },
});

/** Under the row's lock, which its transaction holds already. */
export const enable = (accountId: string): Statement<void> => ({
  name: `ENABLE ${accountId}`,
  lock: () => ({ key: accountKey(accountId), mode: 'NO KEY UPDATE' }),
  run: (view) => {
    const account = view.newest<AccountRow>(accountKey(accountId));
    if (account) view.put(accountKey(accountId), { ...account, disabled: false });
  },
});

export const endSession = (id: string): Statement<boolean> => ({
  name: `END ${id}`,
  lock: () => ({ key: sessionKey(id), mode: 'NO KEY UPDATE' }),
  run: (view) => {
    const session = view.newest<SessionRow>(sessionKey(id));
    if (!session || session.revoked) return false;
    view.put(sessionKey(id), { ...session, revoked: true });
    return true;
  },
});

/** Why a session that is not live is not: what its callers are told apart only here, where expiry is judged by itself. */
export const checkLive = (id: string): Statement<'live' | 'expired' | 'over'> => ({
  name: `IS LIVE ${id}`,
  run: (view) => {
    if (isLive(view, id, view.server.nowMs())) return 'live';
    return isLive(view, id, Number.NEGATIVE_INFINITY) ? 'expired' : 'over';
  },
});

/** A statement whose failure its caller forgives; it aborts the transaction all the same. */
export const bestEffort: Statement<void> = { name: 'BEST EFFORT', run: () => undefined };

/** P9: moves the idle end of a live session that nobody touched of late, and touches no other. */
export const touch = (id: string, intervalMs: number): Statement<boolean> => ({
  name: `TOUCH ${id}`,
  lock: (view) => (isDue(view, id, view, intervalMs) ? { key: sessionKey(id), mode: 'NO KEY UPDATE' } : null),
  run: (view) => {
    // Only the row it locks is read again; the account stays as the statement's snapshot had it.
    const again = { get: (key: string) => (key === sessionKey(id) ? view.newest(key) : view.get(key)) };
    if (!isDue(view, id, view, intervalMs) || !isDue(view, id, again, intervalMs)) return false;
    const now = view.server.nowMs();
    const session = view.newest<SessionRow>(sessionKey(id)) as SessionRow;
    const idleExpiresAt = Math.min(session.expiresAt, now + session.idleMs);
    view.put(sessionKey(id), { ...session, lastSeenAt: now, idleExpiresAt });
    return true;
  },
});

const isDue = (
  { server }: View,
  id: string,
  rows: { get(key: string): object | undefined },
  intervalMs: number,
): boolean => {
  const session = rows.get(sessionKey(id)) as SessionRow | undefined;
  const isLongAgo = session !== undefined && session.lastSeenAt <= server.nowMs() - intervalMs;
  return isLongAgo && isLive(rows, id, server.nowMs());
};
