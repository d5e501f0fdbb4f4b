import { isTrusted, type LeaseKeeper, type Trust } from './lease.ts';
import {
  type Clock,
  type IndexAnswer,
  type LiveSession,
  type Log,
  type Random,
  type SessionIndex,
  type SessionStore,
  StoreUnavailable,
  type TrustedGeneration,
  type Truth,
} from './ports.ts';

export type Verdict =
  | { status: 'live'; session: LiveSession; source: 'index' | 'store' }
  | {
      status: 'rejected';
      reason: 'session_missing' | 'session_revoked' | 'session_expired';
      source: 'index' | 'store';
    }
  /** Undecided: neither store could prove anything. Never "valid" (G8), never "signed out" (G11). */
  | { status: 'unavailable'; retryAfterMs: number };

export interface VerifierParts {
  lease: LeaseKeeper;
  index: SessionIndex;
  store: SessionStore;
  clock: Clock;
  random: Random;
  log: Log;
  heal: (generation: TrustedGeneration, accountId: string, nonces: readonly string[]) => void;
}

const RETRY_AFTER_MS = 1_000;

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** All of them, not the expiries alone: what is no time compares as neither old nor new, and would pass a step-up. */
const timesOf = (fact: LiveSession): unknown[] => [
  fact.createdAt,
  fact.authenticatedAt,
  fact.lastSeenAt,
  fact.idleExpiresAt,
  fact.expiresAt,
];

/**
 * P1 from step 2 on: is this session live, as of a moment after this call began? Every answer rests on a READ or a
 * SELECT that this very call sent, so a revoking write that returned before the call is always seen (G1).
 */
export class Verifier {
  readonly #parts: VerifierParts;
  readonly #databaseLoss: 'refuse' | 'serve';

  constructor(parts: VerifierParts, settings: { databaseLoss: 'refuse' | 'serve' }) {
    this.#parts = parts;
    this.#databaseLoss = settings.databaseLoss;
  }

  async verify(sessionId: string, accountId: string): Promise<Verdict> {
    const { lease, index } = this.#parts;
    // One immutable object, taken after the verification began: generation, histories and lease end belong together.
    const trust = lease.trust();
    const nonce = this.#parts.random.token(12);
    let answer: IndexAnswer | null = null;
    if (trust !== null && isTrusted(trust.generation) && lease.holds(trust)) {
      answer = await index.read(trust.generation, accountId, sessionId, nonce);
      const verdict = this.#decide(answer, trust, sessionId, accountId);
      if (verdict !== null) return verdict;
    }
    return this.#fromStore(sessionId, accountId, trust, answer, nonce);
  }

  async #fromStore(
    sessionId: string,
    accountId: string,
    trust: Trust | null,
    answer: IndexAnswer | null,
    nonce: string,
  ): Promise<Verdict> {
    const { store, index, heal } = this.#parts;
    let truth: Truth;
    try {
      truth = await store.truth(sessionId, accountId);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return this.#withoutStore(sessionId, accountId, trust, answer);
    }
    if (trust !== null && isTrusted(trust.generation)) {
      if (answer?.kind === 'fenced') heal(trust.generation, accountId, answer.nonces);
      const fact = truth.kind === 'live' ? truth.session : truth.kind === 'revoked' ? 'revoked' : null;
      // Not awaited: whether the copy arrives changes no answer, and its nonce makes a late one harmless (G10).
      if (answer?.kind === 'leased' && fact !== null)
        void index.fill(trust.generation, nonce, accountId, sessionId, fact);
    }
    return fromTruth(truth);
  }

  /** P7: beyond the lease only a deployment that chose so goes on, and only by a decisive READ. */
  async #withoutStore(
    sessionId: string,
    accountId: string,
    trust: Trust | null,
    answer: IndexAnswer | null,
  ): Promise<Verdict> {
    const unavailable: Verdict = { status: 'unavailable', retryAfterMs: RETRY_AFTER_MS };
    if (this.#databaseLoss !== 'serve' || trust === null || answer !== null || !isTrusted(trust.generation))
      return unavailable;
    const late = await this.#parts.index.read(
      trust.generation,
      accountId,
      sessionId,
      this.#parts.random.token(12),
    );
    return this.#decide(late, trust, sessionId, accountId) ?? unavailable;
  }

  /** A decisive answer of the index compared with the expiries, or null when Postgres has to be asked. */
  #decide(answer: IndexAnswer, trust: Trust, sessionId: string, accountId: string): Verdict | null {
    if (answer.kind !== 'decisive') return null;
    if (answer.fact === 'revoked') return { status: 'rejected', reason: 'session_revoked', source: 'index' };
    const { fact } = answer;
    if (fact.sessionId !== sessionId || fact.accountId !== accountId || !timesOf(fact).every(isTime)) {
      this.#parts.log.error(
        { sessionMatches: fact.sessionId === sessionId },
        'the index holds a malformed entry; Postgres decides',
      );
      return null;
    }
    const now = this.#parts.clock.monotonicMs() + trust.databaseMinusMonotonicMs;
    if (now >= fact.expiresAt) return { status: 'rejected', reason: 'session_expired', source: 'index' };
    // The idle end moves with use; only Postgres knows whether somebody moved it since (P9).
    if (now >= fact.idleExpiresAt) return null;
    return { status: 'live', session: fact, source: 'index' };
  }
}

const fromTruth = (truth: Truth): Verdict => {
  switch (truth.kind) {
    case 'live':
      return { status: 'live', session: truth.session, source: 'store' };
    case 'expired':
      return { status: 'rejected', reason: 'session_expired', source: 'store' };
    case 'revoked':
      return { status: 'rejected', reason: 'session_revoked', source: 'store' };
    case 'missing':
      return { status: 'rejected', reason: 'session_missing', source: 'store' };
  }
};
