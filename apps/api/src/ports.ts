import type { EndedBy } from '@portcullis/contracts/session';

/** Outside things a verb may ask for. Postgres is part of the model and has no port; everything else has one. */

export interface Clock {
  /** Wall clock of this process. Expiry is judged by the database's time, never by this. */
  now(): Date;
  /** Milliseconds that never step back; only differences mean anything. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(length: number): Buffer;
  /** UUID v7 (RFC 9562 §5.7) for row ids. */
  uuid(): string;
}

/** argon2id behind a bounded pool (RFC 9106; OWASP: at least 19 MiB, t=2, p=1). Rejects with AuthError `unavailable` when the queue is full or its deadline passes. */
export interface PasswordHasher {
  /** PHC string of the NFC form of `password`. */
  hash(password: string): Promise<string>;
  verify(phc: string, password: string): Promise<boolean>;
  /** One verification of the same cost against a fixed hash with today's parameters; always false. For unknown accounts. */
  verifyNothing(password: string): Promise<false>;
  /** The hash was made with other parameters than today's. */
  needsRehash(phc: string): boolean;
}

/** Whether a new password is in a collection of leaked ones. Never rejects: what cannot be asked is not known to be. */
export type BreachCheck = (password: string) => Promise<boolean>;

/** What a PASETO is for; bound into the implicit assertion so that one kind never passes for the other. */
export type TokenPurpose = 'cookie' | 'bearer';

export interface TokenSubject {
  accountId: string;
  sessionId: string;
  purpose: TokenPurpose;
}

export interface TokenIssuer {
  /** PASETO v4.public with `iss aud sub sid iat nbf exp` and a `kid` footer. Both times come from the database's clock. */
  issue(subject: TokenSubject, times: { now: Date; expiresAt: Date }): Promise<string>;
}

export type TokenRejection = 'malformed' | 'signature' | 'claims' | 'not_yet_valid' | 'expired';

export interface TokenVerifier {
  /**
   * Canonical form, key id, signature, implicit assertion of `purpose`, issuer, audience; `nbf` and `exp` against
   * `now` on every call. Only the outcome of the signature may be remembered, keyed by SHA-256 of the token and the
   * key ring's version (consistency P1).
   */
  verify(
    token: string,
    purpose: TokenPurpose,
    now: Date,
  ): Promise<{ ok: true; subject: TokenSubject } | { ok: false; rejection: TokenRejection }>;
}

/** P8: derived successors of refresh secrets, so that a lost reply can be given again though only hashes are stored. */
export interface RefreshSecrets {
  /** HMAC-SHA-256(newest refresh key, session id ‖ counter ‖ presented secret), base64url. */
  successor(sessionId: string, counter: number, presented: string): string;
  /** The same under every refresh key of the ring, newest first. */
  candidates(sessionId: string, counter: number, presented: string): string[];
}

/** Limits named in config's one table; `key` is hashed with the service's secret before it leaves the process. */
export type LimitRule =
  | 'sign_in_ip'
  | 'sign_in_account_ip'
  | 'sign_in_account'
  | 'sign_in_device'
  | 'sign_in_notice'
  | 'sign_up_ip'
  | 'mail_ip'
  | 'mail_mailbox'
  | 'verification_ip'
  | 'password_session'
  | 'write_session'
  | 'refresh_ip'
  | 'client_tokens'
  | 'client_failure_ip';

/** Where a key stands after a call that counted. */
export interface LimitState {
  rule: LimitRule;
  /** Of the window that has the fewest points left. */
  points: number;
  windowMs: number;
  left: number;
  /** Until the window ends or, with nothing left, until the next attempt. */
  resetMs: number;
}

export interface RateLimiter {
  /**
   * Takes one point first, of every window of the rule or of none.
   * @param times the points of the rule, for a key that many customers share
   * @throws AuthError `rate_limited` with `retryAfterMs` and `limit` when one is spent
   */
  consume(rule: LimitRule, key: string, times?: number): Promise<LimitState>;
  /** Like `consume`, but says so instead of throwing: for limits that must not show (mails to one mailbox). */
  tryConsume(rule: LimitRule, key: string): Promise<boolean>;
  /** Gives the point back after a success. */
  refund(rule: LimitRule, key: string): Promise<void>;
  /** A password was wrong, whoever's: what the alarm counts. */
  signInFailed(): void;
}

/** HMAC-SHA-256 under a key derived from PORTCULLIS_SECRET for a named purpose: for lookups that must not hold an address in clear. */
export interface Keyed {
  hmac(purpose: string, value: string): Buffer;
}

export interface Mail {
  to: string;
  /** What it is written in (BCP 47). */
  language: string;
  subject: string;
  html: string;
  text: string;
  /** The same on every attempt, so a second copy can be recognised. */
  messageId: string;
}

export interface Mailer {
  /** Resolves once the SMTP server has accepted the message. */
  send(mail: Mail): Promise<void>;
  verify(): Promise<void>;
  close(): void;
}

/** Tells open event streams that something happened to an account; may be lost (P10). */
export interface Hints {
  publish(accountId: string): void;
}

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type { EndedBy };

/** What came of presenting a token to one instance; `undecided` when it gave no answer, or said that it cannot say. */
export type Shown = 'accepted' | 'refused' | 'undecided';

/** One instance of the service as its clients reach it, for the canary. None of these rejects. */
export interface CanaryInstance {
  /** For logs. */
  name: string;
  /** A bearer token of a new session; null when none was given. */
  signIn(email: string, password: string): Promise<string | null>;
  /** True when the end of the session, or of all sessions of the account, was answered with success. */
  end(token: string, what: 'this session' | 'all sessions'): Promise<boolean>;
  show(token: string): Promise<Shown>;
}
