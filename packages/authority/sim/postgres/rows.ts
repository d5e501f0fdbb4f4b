/** The rows that the protocol and its verbs live on; times in milliseconds of the database's clock. */

export interface AccountRow {
  id: string;
  /** Stands for the hash: the password it was made of and the parameters it was made with. */
  passwordHash: { password: string; parameters: number };
  epoch: number;
  linkEpoch: number;
  disabled: boolean;
}

export interface SessionRow {
  id: string;
  accountId: string;
  epoch: number;
  revoked: boolean;
  createdAt: number;
  lastSeenAt: number;
  idleMs: number;
  idleExpiresAt: number;
  expiresAt: number;
}

/** How long a session lasts unused, and at most. */
export interface SessionLife {
  idleMs: number;
  absoluteMs: number;
}

export interface LinkRow {
  id: string;
  accountId: string;
  linkEpoch: number;
  used: boolean;
}

export interface GenerationRow {
  name: string;
  replicationIds: readonly string[] | null;
  registeredOn: { systemId: string; timeline: string } | null;
  leasesComplete: boolean;
}

export interface LeaseRow {
  instanceId: string;
  generation: string;
  expiresAt: number;
  reachesIndex: boolean;
}

/** Table and primary key, such as `account/a1`, to row. Never changed: a commit makes the next one. */
export type State = ReadonlyMap<string, object>;

export const GENERATION = 'generation';
export const accountKey = (id: string) => `account/${id}`;
export const sessionKey = (id: string) => `session/${id}`;
export const linkKey = (id: string) => `link/${id}`;
export const leaseKey = (id: string) => `lease/${id}`;

/** Live iff not revoked, not expired, of its account's epoch, and the account is enabled (spec §1). */
export const isLive = (
  state: { get(key: string): object | undefined },
  sessionId: string,
  nowMs: number,
): boolean => {
  const session = state.get(sessionKey(sessionId)) as SessionRow | undefined;
  if (session === undefined || session.revoked) return false;
  const account = state.get(accountKey(session.accountId)) as AccountRow | undefined;
  return (
    account !== undefined &&
    !account.disabled &&
    account.epoch === session.epoch &&
    nowMs < session.expiresAt &&
    nowMs < session.idleExpiresAt
  );
};
