import type { OutageCause, Refused, Undecided } from './types.ts';

/** Every reason that this package refuses with, and its HTTP status. */
const STATUSES = {
  session_missing: 401,
  session_revoked: 401,
  session_expired: 401,
  token_invalid: 401,
  step_up_required: 401,
  credentials_invalid: 401,
  forbidden: 403,
  not_found: 404,
  input_invalid: 400,
  rate_limited: 429,
  unavailable: 503,
} as const;

export type AuthReason = keyof typeof STATUSES;

const TITLES: Record<AuthReason, string> = {
  session_missing: 'There is no session.',
  session_revoked: 'The session was ended.',
  session_expired: 'The session has expired.',
  token_invalid: 'The token is not valid.',
  step_up_required: 'Confirm the password again first.',
  credentials_invalid: 'The credentials do not match.',
  forbidden: 'This is not allowed.',
  not_found: 'There is no such thing.',
  input_invalid: 'The request presents more than one credential, or a malformed one.',
  rate_limited: 'Too many requests; try again later.',
  unavailable: 'Sign-in cannot be checked now; try again.',
};

export interface AuthErrorFacts {
  retryAfterMs?: number;
  cause?: OutageCause;
  maxAgeSeconds?: number;
  mayHaveTakenEffect?: boolean;
  requestId?: string;
}

/**
 * The one error of this package. It knows how to be answered: an outage is 503 with Retry-After, never 401, which would
 * sign people out.
 */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly reason: AuthReason;
  readonly status: (typeof STATUSES)[AuthReason];
  /** Milliseconds; with `unavailable` and `rate_limited`. */
  readonly retryAfterMs: number | undefined;
  /** With `unavailable`: what kept the service from answering. */
  readonly outage: OutageCause | undefined;
  readonly maxAgeSeconds: number | undefined;
  /** A write that was not answered may have been done; doing it again is safe. */
  readonly mayHaveTakenEffect: boolean;
  readonly requestId: string | undefined;

  constructor(reason: AuthReason, facts: AuthErrorFacts = {}) {
    super(facts.cause === undefined ? reason : `${reason} (${facts.cause})`);
    this.reason = reason;
    this.status = STATUSES[reason];
    this.retryAfterMs = facts.retryAfterMs ?? (this.status === 503 ? 1_000 : undefined);
    this.outage = facts.cause;
    this.maxAgeSeconds = facts.maxAgeSeconds;
    this.mayHaveTakenEffect = facts.mayHaveTakenEffect ?? false;
    this.requestId = facts.requestId;
  }

  /** Headers of the answer: what to prove (RFC 6750 §3, RFC 9470 §3), when to come back (RFC 9110 §10.2.3). */
  get headers(): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    };
    if (this.reason === 'step_up_required')
      headers['www-authenticate'] =
        `Bearer error="insufficient_user_authentication", max_age="${this.maxAgeSeconds ?? 0}"`;
    else if (this.status === 401) headers['www-authenticate'] = 'Bearer';
    if (this.retryAfterMs !== undefined)
      headers['retry-after'] = String(Math.max(1, Math.ceil(this.retryAfterMs / 1_000)));
    return headers;
  }

  /** Problem details (RFC 9457); holds nothing of the request. */
  get body(): string {
    const { reason, status, retryAfterMs } = this;
    return JSON.stringify({ type: 'about:blank', title: TITLES[reason], status, reason, retryAfterMs });
  }

  toResponse(): Response {
    return new Response(this.body, { status: this.status, headers: this.headers });
  }
}

/** The error that says what an outcome says. */
export const errorOf = (outcome: Refused | Undecided): AuthError =>
  outcome.decided
    ? new AuthError(outcome.reason)
    : new AuthError('unavailable', { retryAfterMs: outcome.retryAfterMs, cause: outcome.cause });

/** Why the service gave no answer; stays inside, callers get an outcome or an AuthError. */
export class Outage extends Error {
  override readonly name = 'Outage';
  readonly why: OutageCause;
  readonly retryAfterMs: number;
  /** The service itself said when to come back. */
  readonly isTold: boolean;

  constructor(why: OutageCause, retryAfterMs = 1_000, cause?: unknown, isTold = false) {
    super(why, { cause });
    this.why = why;
    this.retryAfterMs = retryAfterMs;
    this.isTold = isTold;
  }
}

export const undecided = (error: unknown): Undecided => ({
  ok: false,
  decided: false,
  reason: 'unavailable',
  status: 503,
  cause: error instanceof Outage ? error.why : 'protocol',
  retryAfterMs: error instanceof Outage ? error.retryAfterMs : 1_000,
});

export const refused = (reason: Refused['reason']): Refused => ({
  ok: false,
  decided: true,
  reason,
  status: reason === 'input_invalid' ? 400 : 401,
});
