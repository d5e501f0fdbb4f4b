import type { IncomingMessage } from 'node:http';

/** Where a credential may come from: a request of any framework, its headers, or the bare token. */
export type CredentialSource =
  | Request
  | Headers
  | IncomingMessage
  | { headers: IncomingMessage['headers'] }
  | string;

/** A live session, as the service described it. Times are RFC 3339 in UTC. */
export interface Session {
  readonly id: string;
  readonly createdAt: string;
  /** When the password was last proven in this session (RFC 9470 measures step-up from it). */
  readonly authenticatedAt: string;
  readonly expiresAt: string;
}

export interface Account {
  readonly id: string;
  readonly emailVerified: boolean;
}

/** How much an answer knows. */
export interface Freshness {
  /**
   * `strict`: asked of the service after the call began; a session that was ended before the call is never accepted.
   * `bounded`: an earlier strict answer, with proof that at most `stalenessMs` of revocations are unknown.
   */
  readonly level: 'strict' | 'bounded';
  /** Milliseconds. A revocation that is older than this would have been seen. 0 for `strict`. */
  readonly stalenessMs: number;
  /** The time of the service's database at the strict answer, RFC 3339. */
  readonly checkedAt: string;
}

export interface Verified {
  readonly ok: true;
  readonly session: Session;
  readonly account: Account;
  readonly freshness: Freshness;
}

/** It is decided that this request has no live session. */
export interface Refused {
  readonly ok: false;
  readonly decided: true;
  /** As in the service's contract; `input_invalid`: two credentials, and which one counts would be a guess. */
  readonly reason:
    | 'session_missing'
    | 'session_revoked'
    | 'session_expired'
    | 'token_invalid'
    | 'input_invalid';
  readonly status: 401 | 400;
}

/** Why nothing could be decided. `client_refused`: this service's own id, secret or scope is wrong. */
export type OutageCause =
  | 'network'
  | 'timeout'
  | 'service'
  | 'circuit_open'
  | 'queue_full'
  | 'rate_limited'
  | 'client_refused'
  | 'protocol'
  | 'closed';

/** Nothing is known: neither "signed in" nor "signed out". Answer 503, never 401. */
export interface Undecided {
  readonly ok: false;
  readonly decided: false;
  readonly reason: 'unavailable';
  readonly status: 503;
  readonly cause: OutageCause;
  /** Milliseconds after which another try makes sense. */
  readonly retryAfterMs: number;
}

export type Verification = Verified | Refused | Undecided;

/** What a signature alone tells. Whether the session is still live it does not tell. */
export interface SignedOnly {
  readonly ok: true;
  readonly accountId: string;
  readonly sessionId: string;
  /** End of the token, RFC 3339. */
  readonly tokenExpiresAt: string;
}

/** RFC 7662. */
export type Introspection =
  | {
      readonly active: true;
      readonly iss: string;
      readonly aud: string;
      readonly sub: string;
      readonly sid: string;
      readonly iat: number;
      readonly nbf: number;
      readonly exp: number;
      readonly auth_time: number;
      readonly token_type: 'Bearer' | 'Cookie';
    }
  | { readonly active: false };

/** One entry of the revocation feed. */
export type FeedEvent =
  | {
      readonly kind: 'revocation';
      /** Where to resume: `events({ after: id })`. */
      readonly id: string;
      readonly accountId: string;
      /** Absent: every session of the account ended, but `exceptSessionId`. */
      readonly sessionId?: string;
      readonly exceptSessionId?: string;
      readonly epoch: number;
      readonly type: string;
      readonly cause: string;
      readonly at: string;
    }
  /** Revocations may have been missed: check again whatever you keep. */
  | { readonly kind: 'gap'; readonly id: string; readonly because: 'retention' | 'history' };

export interface SessionListItem {
  readonly id: string;
  readonly current: boolean;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly endedAt?: string | undefined;
  readonly endedBy?: string | undefined;
}

export interface RequireOptions {
  /** Greatest age, in seconds, of the last proof of the password; older is `step_up_required` (RFC 9470). */
  maxAgeSeconds?: number;
}

export interface CallOptions {
  /** Ends the wait of this caller; others that share the request go on. */
  signal?: AbortSignal;
}

/** Time as the client takes it; replaced in tests. */
export interface Clock {
  /** Milliseconds that never step back. */
  monotonicMs(): number;
  /** Milliseconds since the epoch; used by `signatureOnly` alone. */
  nowMs(): number;
}

export interface Log {
  warn(fields: object, message: string): void;
}

/** The part of an OpenTelemetry tracer that is used; `trace.getTracer('…')` of @opentelemetry/api fits. */
export interface Tracer {
  startActiveSpan<T>(name: string, options: { kind?: number }, work: (span: Span) => T): T;
}

export interface Span {
  setAttribute(name: string, value: string | number | boolean): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

export interface Health {
  /** The service answered this client, so a strict verification would be decided now. */
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly circuit: 'closed' | 'open' | 'half_open';
  readonly cause?: OutageCause;
  /** Null unless `bounded`: how many milliseconds of revocations are unknown now, or null while the feed is cut. */
  readonly feed: { readonly stalenessMs: number | null } | null;
}

export interface AuthClientOptions {
  /** Where the service is reached, such as `https://auth.example.com`. */
  url: string;
  /** Of `portcullis clients create NAME`. */
  clientId: string;
  clientSecret: string;
  /** The issuer that tokens must name. Default: the one that the service publishes with its keys. */
  issuer?: string;
  /**
   * `strict` asks the service about every request. `bounded` also uses an earlier answer while the revocation feed
   * proves that at most `maxStalenessMs` of revocations are unknown; needs the scope `events`.
   */
  level?: 'strict' | { bounded: { maxStalenessMs: number } };
  /** Milliseconds for one try. Default 800. */
  timeoutMs?: number;
  /** Milliseconds for one call with all its tries. Default 2000. */
  deadlineMs?: number;
  /** Further tries of a read; writes are never repeated. Default 2. */
  retries?: number;
  /** Opens after so many failures in a row and lets one try through after a while. Default 5 and 1000. */
  breaker?: { openAfter?: number; halfOpenAfterMs?: number };
  /** Requests under way at a time, and verifications that may wait for one. Default 8 and 5000. */
  bulkhead?: { concurrent?: number; queued?: number };
  fetch?: typeof fetch;
  clock?: Clock;
  log?: Log;
  tracer?: Tracer;
}

/** A client of one service. Make one for the process and share it. */
export interface AuthClient extends AsyncDisposable {
  /** Who sends this request? Never throws: an outage is an answer, too (`decided: false`). */
  verify(source: CredentialSource, options?: CallOptions): Promise<Verification>;
  /**
   * As `verify`, for code that goes on only with a session.
   * @throws AuthError with the status and headers to answer with
   */
  requireSession(source: CredentialSource, options?: RequireOptions & CallOptions): Promise<Verified>;
  /**
   * Checks the signature and the end of the token, and asks nobody. It does not know whether the session was ended:
   * for hints and logs, never to let somebody in. Needs a clock that is right within seconds.
   */
  signatureOnly(source: CredentialSource): Promise<SignedOnly | Refused | Undecided>;
  /** RFC 7662. Needs the scope `introspect`. @throws AuthError `unavailable` */
  introspect(token: string): Promise<Introspection>;
  readonly sessions: {
    /** The sessions of whoever sends this request. @throws AuthError */
    list(source: CredentialSource): Promise<SessionListItem[]>;
    /** Ends one of them. @throws AuthError */
    revoke(source: CredentialSource, sessionId: string): Promise<{ sessionsEnded: number }>;
    /** Ends all of them, the one of the request included. @throws AuthError */
    revokeAll(source: CredentialSource): Promise<{ sessionsEnded: number }>;
    /** Ends the session that a token stands for (RFC 7009). Needs the scope `revoke`. @throws AuthError */
    end(token: string): Promise<void>;
  };
  /** The revocation feed from now on, or after the event with this id. Reconnects and resumes by itself. */
  events(options?: { after?: string; signal?: AbortSignal }): AsyncIterableIterator<FeedEvent>;
  /**
   * Calls `ended` once, when the session of this source ends: for connections that outlive a request.
   * @returns stops watching
   */
  watch(source: CredentialSource, verified: Verified, ended: (why: Refused | Undecided) => void): () => void;
  health(): Promise<Health>;
  /** Ends streams and refuses further calls. */
  close(): Promise<void>;
}
