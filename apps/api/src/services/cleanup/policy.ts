import type { Database } from '../../db/database.ts';
import type { Clock, Logger } from '../../ports.ts';

export interface CleanUpDeps {
  db: Database;
  clock: Clock;
  log: Logger;
  policy: CleanUpPolicy;
}

/** How long rows outlive their use, in seconds. */
export interface CleanUpPolicy {
  /** After the end of a session: it stays visible that long. Epochs and deleted accounts' rows go with it. */
  sessionSeconds: number;
  /** After the expiry of a mailed link. */
  verificationSeconds: number;
  /** After the expiry of a registration. */
  registrationSeconds: number;
  /** Dead letters of the queue go with them. */
  noticeSeconds: number;
  /** After the last failed sign-in of an address: the count of those in a row is forgotten. */
  failureSeconds: number;
  /** A reader of the feed that was away for longer has missed something and is told so. */
  feedSeconds: number;
  /** After the deletion of an account, before its sessions and links are removed: open pages learn why they ended. */
  deletedAccountSeconds: number;
  /** The lease of the session index: a row dead for ten of them that stands still for one more is of an instance that is gone. */
  leaseSeconds: number;
  /** Whole months of audit events that are kept beside the current one; null keeps all. */
  auditMonths: number | null;
  /** Rows per statement. */
  batch: number;
  /** Batches per table and run; what is left waits for the next run. */
  batches: number;
  /** For each statement. */
  statementMs: number;
}

const DAY = 86_400;

export const CLEAN_UP_POLICY: CleanUpPolicy = {
  sessionSeconds: 30 * DAY,
  verificationSeconds: 7 * DAY,
  registrationSeconds: DAY,
  noticeSeconds: 30 * DAY,
  failureSeconds: 30 * DAY,
  feedSeconds: 7 * DAY,
  deletedAccountSeconds: DAY,
  leaseSeconds: 10,
  auditMonths: null,
  batch: 1_000,
  batches: 200,
  statementMs: 10_000,
};
