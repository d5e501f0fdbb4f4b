/**
 * What one client did and what came of it, in the terms of one account: sessions, passwords and links are numbers in
 * the order in which the account met them. Password 0 is the one the account was made with.
 *
 * - `ok`: the service answered success.
 * - `refused`: it answered that this session, secret or password is not good (401, 400).
 * - `unknown`: no answer, or one that says the effect may have been: it may happen at any later time, or never.
 *
 * What had certainly no effect (503 without `mayHaveTakenEffect`, 429) is not part of a history.
 */
export type Action =
  | { kind: 'sign_in'; password: number; result: 'ok'; session: number }
  | { kind: 'sign_in'; password: number; result: 'refused' }
  | { kind: 'verify'; session: number; result: 'ok' | 'refused' }
  /** A reset link came into being. */
  | { kind: 'mint'; link: number; result: 'ok' }
  | { kind: 'reset'; link: number; password: number; result: 'ok'; ended: number }
  | { kind: 'reset'; link: number; password: number; result: 'refused' | 'unknown' }
  | { kind: 'change'; session: number; from: number; to: number; result: 'ok'; next: number; ended: number }
  | { kind: 'change'; session: number; from: number; to: number; result: 'refused'; reason: Refusal }
  | { kind: 'change'; session: number; from: number; to: number; result: 'unknown' }
  | { kind: 'reauthenticate'; session: number; password: number; result: 'ok'; next: number }
  | { kind: 'reauthenticate'; session: number; password: number; result: 'refused'; reason: Refusal }
  | { kind: 'reauthenticate'; session: number; password: number; result: 'unknown' }
  | { kind: 'revoke'; session: number; target: number; result: 'ok'; ended: number }
  | { kind: 'revoke'; session: number; target: number; result: 'refused' | 'unknown' }
  | { kind: 'sign_out'; session: number; result: 'ok' | 'refused' | 'unknown' }
  | { kind: 'revoke_others' | 'revoke_all'; session: number; result: 'ok'; ended: number }
  | { kind: 'revoke_others' | 'revoke_all'; session: number; result: 'refused' | 'unknown' }
  /** `mayEnd`: the secret was presented so late that the service may take it for stolen and end the session. */
  | { kind: 'refresh'; session: number; result: 'ok' | 'refused' | 'unknown'; mayEnd: boolean }
  | { kind: 'disable' | 'enable'; result: 'ok' | 'unknown' };

/** Which of the two things that were presented was not good. */
export type Refusal = 'session' | 'password';

/** An action with its times, both on one monotonic clock in milliseconds. */
export interface Operation {
  /** Within the run. */
  id: number;
  /** Before the request was sent. */
  invoked: number;
  /** After its answer was there; Infinity when the outcome is unknown. */
  returned: number;
  action: Action;
  /** Where it was sent; for people who read a violation. */
  via?: string;
}

/** All operations of one account. */
export interface AccountHistory {
  account: string;
  operations: Operation[];
}
