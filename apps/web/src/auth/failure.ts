import { errorData, REASONS, type Reason } from '@portcullis/contracts/errors';
import type { PasswordRule } from '@portcullis/contracts/password';

/** Everything a page may act on after a call did not succeed. */
export type Failure = {
  reason: Reason;
  /** Absent when no answer of the service arrived. */
  requestId?: string;
  retryAfterMs?: number;
  fields?: Record<string, string>;
  rules?: PasswordRule[];
  mayHaveTakenEffect?: true;
  /** The request never got an answer that this service wrote: no network, a proxy's page, a deadline. */
  unreachable?: true;
};

/** Thrown by a page that already knows why a call would be refused. */
export class KnownFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.reason);
    this.name = 'KnownFailure';
    this.failure = failure;
  }
}

/** The reasons after which this browser's session can never answer again (401 of the session, not of a password). */
const SESSION_OVER: ReadonlySet<Reason> = new Set([
  'session_missing',
  'session_revoked',
  'session_expired',
  'token_invalid',
  'account_disabled',
]);

export const isSessionOver = (reason: Reason): boolean => SESSION_OVER.has(reason);

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const statusOf = (error: unknown): Response | undefined => {
  const response = record(record(error)['meta'])['response'];
  return typeof Response !== 'undefined' && response instanceof Response ? response : undefined;
};

const isReason = (value: unknown): value is Reason =>
  typeof value === 'string' && Object.hasOwn(REASONS, value);

/** What a proxy in front of the service says: its status is all there is to go by. */
const withoutData = (response: Response | undefined): Failure => {
  if (response === undefined) return { reason: 'unavailable', unreachable: true };
  const requestId = response.headers.get('x-request-id');
  const known = requestId === null ? {} : { requestId };
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after'));
    return {
      reason: 'rate_limited',
      ...known,
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 30_000,
    };
  }
  if (response.status >= 500 || response.ok) return { reason: 'unavailable', unreachable: true, ...known };
  return { reason: 'internal', ...known };
};

/**
 * Reads any thrown value as a Failure. An answer that is not in the contract's shape is never taken for a refusal of
 * the session: it is `unavailable` (nobody answered) or `internal`.
 */
export const toFailure = (error: unknown): Failure => {
  if (error instanceof KnownFailure) return error.failure;
  const data = record(error)['data'];
  const parsed = errorData.safeParse(data);
  if (parsed.success) {
    const { reason, requestId, retryAfterMs, fields, rules, mayHaveTakenEffect } = parsed.data;
    return {
      reason,
      requestId,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(fields === undefined ? {} : { fields }),
      ...(rules === undefined ? {} : { rules }),
      ...(mayHaveTakenEffect === undefined ? {} : { mayHaveTakenEffect }),
    };
  }
  const reason = record(data)['reason'];
  if (isReason(reason)) return { reason };
  if (error instanceof Error && error.name !== 'TRPCClientError') return { reason: 'internal' };
  return withoutData(statusOf(error));
};
