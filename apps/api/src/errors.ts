import type { Reason } from '@portcullis/contracts/errors';
import type { PasswordRule } from '@portcullis/contracts/password';
import type { LimitState } from './ports.ts';

export interface AuthErrorFacts {
  retryAfterMs?: number;
  fields?: Record<string, string>;
  rules?: PasswordRule[];
  mayHaveTakenEffect?: true;
  /** For step-up (RFC 9470): the greatest age in seconds that the proof of password may have. */
  maxAgeSeconds?: number;
  /** The limit that refused; for headers, never in a body. */
  limit?: LimitState;
  cause?: unknown;
}

/** The one error verbs throw. `reason` is what callers switch on; `cause` stays inside (logs), never in an answer. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly reason: Reason;
  readonly retryAfterMs: number | undefined;
  readonly fields: Record<string, string> | undefined;
  readonly rules: PasswordRule[] | undefined;
  readonly mayHaveTakenEffect: true | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly limit: LimitState | undefined;

  constructor(reason: Reason, facts: AuthErrorFacts = {}) {
    super(reason, { cause: facts.cause });
    this.reason = reason;
    this.retryAfterMs = facts.retryAfterMs;
    this.fields = facts.fields;
    this.rules = facts.rules;
    this.mayHaveTakenEffect = facts.mayHaveTakenEffect;
    this.maxAgeSeconds = facts.maxAgeSeconds;
    this.limit = facts.limit;
  }
}
