import type { LiveSession } from '@portcullis/authority/ports';
import type {
  Clock,
  Hints,
  Keyed,
  LimitState,
  Logger,
  PasswordHasher,
  Random,
  RateLimiter,
  RefreshSecrets,
  TokenIssuer,
} from '../ports.ts';
import type { Language } from '../domain/language.ts';
import type { PasswordRule } from '@portcullis/contracts/password';
import type { SessionListItem } from '@portcullis/contracts/session';
import type { Authority } from './authority.ts';
import type { Database } from '../db/database.ts';
import type { ServiceConfig } from './config.ts';
import type { ClientDirectory } from './client/directory.ts';
import type { FeedHub } from './client/feed-hub.ts';
import type { ClientQuota } from './client/quota.ts';
import type { StreamHub } from './session/stream-hub.ts';

/** Everything a verb may use; built once in container.ts. */
export interface Deps {
  db: Database;
  authority: Authority;
  hasher: PasswordHasher;
  tokens: TokenIssuer;
  refresh: RefreshSecrets;
  limiter: RateLimiter;
  keyed: Keyed;
  hints: Hints;
  clock: Clock;
  random: Random;
  log: Logger;
  config: ServiceConfig;
  /** The open event streams of this process. */
  hub: StreamHub;
  /** What other services are served with. */
  services: { clients: ClientDirectory; quota: ClientQuota; feed: FeedHub };
  describeUserAgent: (userAgent: string | null) => SessionListItem['userAgent'];
  /** The password policy, with its list of common passwords and the optional breach check bound in. */
  judgePassword: (
    password: string,
    about: { email: string; name?: string | null },
  ) => Promise<PasswordRule[]>;
}

/** The request a verb works for. */
export interface RequestContext {
  deps: Deps;
  requestId: string;
  /** Canonical client address, or null for a job or an operator. */
  ip: string | null;
  userAgent: string | null;
  /** What the request was made in, if it said so in a language that there are mails in. */
  language: Language | null;
  /** The cookie of a device that signed in before, as it came; null or missing: none. */
  deviceCookie?: string | null | undefined;
  /** Told where the limits stand that the request counts against. */
  noteLimit?: ((state: LimitState) => void) | undefined;
  /** On `deps.clock.monotonicMs()`; nothing but COMMIT may outlast it. */
  deadlineMs: number;
}

/** A caller whose session was found live by a check that began after this procedure did (P1). */
export interface SignedIn {
  accountId: string;
  sessionId: string;
  transport: 'cookie' | 'bearer';
  /** What the check found; times in milliseconds of the database's clock. */
  session: LiveSession;
}

export interface SignedInContext extends RequestContext {
  caller: SignedIn;
}
