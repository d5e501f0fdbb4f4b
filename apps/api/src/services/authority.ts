import type { Decision } from '@portcullis/authority/revoke';
import type { LiveSession } from '@portcullis/authority/ports';
import type { AccountRow } from '../db/entities/account.ts';
import type { Tx } from '../db/transaction.ts';
import type { TokenPurpose } from '../ports.ts';

export type Verification =
  | { status: 'live'; session: LiveSession }
  | {
      status: 'rejected';
      reason: 'token_invalid' | 'session_missing' | 'session_revoked' | 'session_expired';
    }
  | { status: 'unavailable'; retryAfterMs: number };

/** A token that came without its transport: which kind it is shows by its signature. */
export type TokenVerification =
  | { status: 'live'; session: LiveSession; purpose: TokenPurpose }
  | {
      status: 'rejected';
      reason: 'token_invalid' | 'session_missing' | 'session_revoked' | 'session_expired';
    }
  | { status: 'unavailable'; retryAfterMs: number };

/** The authority as verbs and transports see it: tokens in, accounts revoked. */
export interface Authority {
  /** P1: is the session that this token names live, as of a moment after this call began? */
  verify(token: string, purpose: TokenPurpose): Promise<Verification>;
  /** P1 for each token, of either kind; at most one statement for all of them. An access token past its end is `session_expired`. */
  verifyMany(tokens: readonly string[]): Promise<TokenVerification[]>;
  /** P1 from step 2 on, for a session already known by name. */
  check(sessionId: string, accountId: string): Promise<Verification>;
  /** P2. @throws AuthError `unavailable` when it could not be done in time. */
  revoking<T>(
    accountId: string,
    deadlineMs: number,
    decide: (tx: Tx, account: AccountRow | null) => Promise<Decision<T>>,
  ): Promise<T>;
  /** Best estimate of the database's clock, which alone judges expiry. @throws AuthError `unavailable` before the first poll. */
  databaseNow(): Date;
}
