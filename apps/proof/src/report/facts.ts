import type { AccountHistory, Operation } from '../history/operation.ts';

/** A verification that accepted a session after its end had been answered: the one thing that must never be. */
export interface AcceptedDead {
  account: string;
  session: string;
  endedBy: string;
  /** Milliseconds on the driver's clock. */
  deadSince: number;
  invoked: number;
  afterMs: number;
  via: string;
  /** What Postgres and Redis held right afterwards, and which faults were running. */
  evidence?: Record<string, unknown>;
}

/** A history that no order of its operations explains. */
export interface HistoryViolation {
  history: AccountHistory;
  stuck: Operation[];
  state: string;
  what: string;
}
