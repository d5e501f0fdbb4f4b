import { introspection } from '@portcullis/contracts/services';
import { Batcher, type Checked } from './batcher.ts';
import { Bounded } from './bounded.ts';
import { Ears } from './ears.ts';
import { AuthError, errorOf, Outage, refused, undecided } from './errors.ts';
import { type FeedParts, followFeed } from './feed.ts';
import { Keys } from './keys.ts';
import { failureOf, Sessions } from './sessions.ts';
import { type Settings, settingsOf } from './settings.ts';
import { Spans } from './spans.ts';
import { type Authentic, Tokens } from './tokens.ts';
import { Transport } from './transport.ts';
import type {
  AuthClient,
  AuthClientOptions,
  CallOptions,
  CredentialSource,
  FeedEvent,
  Freshness,
  Health,
  Introspection,
  Refused,
  RequireOptions,
  SignedOnly,
  Undecided,
  Verification,
  Verified,
} from './types.ts';
import { watchSession } from './watch.ts';

export { AuthError } from './errors.ts';
export type { AuthReason } from './errors.ts';
export type * from './types.ts';

/**
 * A client of the service at `options.url`. Make one for the process: verifications that wait at the same time share a
 * request.
 * @throws TypeError for options that cannot work
 */
export const createAuthClient = (options: AuthClientOptions): AuthClient => new Client(settingsOf(options));

class Client implements AuthClient {
  readonly #settings: Settings;
  readonly #transport: Transport;
  readonly #tokens: Tokens;
  readonly #batcher: Batcher;
  readonly #feed: FeedParts;
  readonly #ears: Ears;
  readonly #bounded: Bounded | null;
  readonly #spans: Spans;
  readonly #own: Sessions;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#transport = new Transport(settings);
    this.#tokens = new Tokens(new Keys(this.#transport, settings.clock, settings.issuer));
    this.#batcher = new Batcher(this.#transport, settings);
    this.#feed = { ...settings, signal: this.#transport.signal };
    this.#ears = new Ears(this.#feed);
    this.#bounded =
      settings.maxStalenessMs === null
        ? null
        : new Bounded(this.#ears, settings.clock, settings.maxStalenessMs);
    this.#spans = new Spans(settings.tracer);
    this.#own = new Sessions(this.#transport);
  }

  verify(source: CredentialSource, options: CallOptions = {}): Promise<Verification> {
    return this.#spans.run(
      'portcullis.verify',
      () => withSignal(this.#verify(source, true), options.signal),
      (outcome) => ({
        attributes: {
          'portcullis.outcome': outcome.ok ? 'live' : outcome.reason,
          ...(outcome.ok ? { 'portcullis.level': outcome.freshness.level } : {}),
          ...(!outcome.ok && !outcome.decided ? { 'error.type': outcome.cause } : {}),
        },
        failed: !outcome.ok && !outcome.decided,
      }),
    );
  }

  async #verify(source: CredentialSource, mayBeBounded: boolean): Promise<Verification> {
    try {
      const authentic = await this.#tokens.read(source);
      if ('ok' in authentic) return authentic;
      const known = mayBeBounded ? this.#bounded?.find(authentic.token) : null;
      if (known) return outcomeOf(known.checked, 'bounded', Math.max(0, known.stalenessMs));
      const mark = this.#bounded?.mark(authentic.claims.accountId) ?? null;
      const checked = await this.#batcher.check(authentic.token);
      this.#bounded?.keep(authentic.token, authentic.claims, checked, mark);
      return outcomeOf(checked, 'strict', 0);
    } catch (error) {
      this.#report(error);
      return undecided(error);
    }
  }

  async requireSession(
    source: CredentialSource,
    { maxAgeSeconds, ...options }: RequireOptions & CallOptions = {},
  ): Promise<Verified> {
    const outcome = await this.verify(source, options);
    if (!outcome.ok) throw errorOf(outcome);
    if (maxAgeSeconds !== undefined) requireRecent(outcome, maxAgeSeconds);
    return outcome;
  }

  async signatureOnly(source: CredentialSource): Promise<SignedOnly | Refused | Undecided> {
    try {
      const authentic = await this.#tokens.read(source);
      if ('ok' in authentic) return authentic;
      const { accountId, sessionId, expiresAtMs, notBeforeMs } = authentic.claims;
      const now = this.#settings.clock.nowMs();
      if (now >= expiresAtMs) return refused('session_expired');
      if (now + NOT_BEFORE_LEEWAY_MS < notBeforeMs) return refused('token_invalid');
      return { ok: true, accountId, sessionId, tokenExpiresAt: new Date(expiresAtMs).toISOString() };
    } catch (error) {
      return undecided(error);
    }
  }

  async introspect(token: string): Promise<Introspection> {
    try {
      const { body } = await this.#form('/v1/introspect', token, true);
      const answer = introspection.safeParse(body);
      if (!answer.success) throw new Outage('protocol', 1_000, answer.error);
      return answer.data;
    } catch (error) {
      this.#report(error);
      throw failureOf(error);
    }
  }

  readonly sessions: AuthClient['sessions'] = {
    list: async (source) => this.#own.list(await this.#authentic(source)),
    revoke: async (source, sessionId) => this.#own.revoke(await this.#authentic(source), sessionId),
    revokeAll: async (source) => this.#own.revokeAll(await this.#authentic(source)),
    end: async (token) => {
      try {
        await this.#form('/v1/revoke', token, false);
      } catch (error) {
        this.#report(error);
        throw failureOf(error, true);
      }
    },
  };

  async *events(
    options: { after?: string; signal?: AbortSignal } = {},
  ): AsyncGenerator<FeedEvent, void, undefined> {
    for await (const item of followFeed(this.#feed, { ...options, heartbeatSeconds: 10 }))
      if (item.kind === 'revocation' || item.kind === 'gap') yield item;
  }

  watch(source: CredentialSource, verified: Verified, ended: (why: Refused | Undecided) => void): () => void {
    const parts = {
      ears: this.#ears,
      clock: this.#settings.clock,
      // Whatever the level: a connection that outlives its request is ended by what is known, not by what was.
      verify: () => this.#verify(source, false),
      signal: this.#transport.signal,
    };
    return watchSession(parts, verified, ended);
  }

  async health(): Promise<Health> {
    const { clock } = this.#settings;
    const startMs = clock.monotonicMs();
    const failed = await this.#batcher.check('portcullis-health').then(
      () => null,
      (error: unknown) => undecided(error).cause,
    );
    return {
      ok: failed === null,
      latencyMs: clock.monotonicMs() - startMs,
      circuit: this.#transport.circuit,
      ...(failed === null ? {} : { cause: failed }),
      feed: this.#bounded === null ? null : { stalenessMs: this.#ears.stalenessMs(clock) },
    };
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @throws AuthError unless the source presents an authentic token */
  async #authentic(source: CredentialSource): Promise<Authentic> {
    let authentic: Authentic | Refused;
    try {
      authentic = await this.#tokens.read(source);
    } catch (error) {
      throw failureOf(error);
    }
    if ('ok' in authentic) throw errorOf(authentic);
    return authentic;
  }

  #form(path: string, token: string, isRead: boolean) {
    return this.#transport.call({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
      isRead,
    });
  }

  /** A wrong secret is nobody's sign-out, so somebody has to be told of it elsewhere. */
  #report(error: unknown): void {
    const why = error instanceof Outage ? error.why : 'protocol';
    if (why === 'client_refused' || why === 'protocol')
      this.#settings.log.warn(
        { err: error, cause: why },
        why === 'client_refused'
          ? 'the auth service refuses this client: check its id, secret and scopes'
          : 'the auth service answered in a form that this client does not know',
      );
  }
}

const NOT_BEFORE_LEEWAY_MS = 5_000;

const REASONS = { revoked: 'session_revoked', expired: 'session_expired', invalid: 'token_invalid' } as const;

const outcomeOf = (
  { result, at }: Checked,
  level: Freshness['level'],
  stalenessMs: number,
): Verified | Refused =>
  result.active
    ? {
        ok: true,
        session: result.session,
        account: result.account,
        freshness: { level, stalenessMs, checkedAt: at },
      }
    : refused(REASONS[result.reason]);

/** By the service's clock alone: both times are its own, and what passed since is at most the age of the answer. */
const requireRecent = ({ session, freshness }: Verified, maxAgeSeconds: number): void => {
  const ageMs = Date.parse(freshness.checkedAt) - Date.parse(session.authenticatedAt);
  if (ageMs > maxAgeSeconds * 1_000) throw new AuthError('step_up_required', { maxAgeSeconds });
};

/** Whoever gives up gets an answer at once; it says nothing about the session. */
const withSignal = (work: Promise<Verification>, signal: AbortSignal | undefined): Promise<Verification> => {
  if (signal === undefined) return work;
  return new Promise((resolve) => {
    const give = () => resolve(undecided(new Outage('timeout')));
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    void work.then((outcome) => {
      signal.removeEventListener('abort', give);
      resolve(outcome);
    });
  });
};
