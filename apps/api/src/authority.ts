import type { SessionAuthority } from '@portcullis/authority/authority';
import { RevocationUnavailable } from '@portcullis/authority/errors';
import { StoreUnavailable } from '@portcullis/authority/ports';
import type { Decision } from '@portcullis/authority/revoke';
import type { Verdict } from '@portcullis/authority/verify';
import type { Metrics } from './adapters/metrics.ts';
import type { AccountRow } from './db/entities/account.ts';
import { causeOfRevocation } from './db/revocation-cause.ts';
import type { Tx } from './db/transaction.ts';
import { AuthError } from './errors.ts';
import type { Clock, TokenRejection, TokenVerifier } from './ports.ts';
import type { Authority, Verification } from './services/authority.ts';
import type { UseRecorder } from './touch.ts';

export interface AuthorityFacadeParts {
  tokens: TokenVerifier;
  authority: SessionAuthority<Tx, AccountRow>;
  uses: UseRecorder;
  clock: Pick<Clock, 'now' | 'monotonicMs'>;
  metrics: Pick<Metrics, 'sessionCheck' | 'revocation'>;
}

const RETRY_AFTER_MS = 1_000;

/** The protocol as verbs and transports see it: tokens in, reasons and `AuthError` out. */
export const createAuthorityFacade = ({
  tokens,
  authority,
  uses,
  clock,
  metrics,
}: AuthorityFacadeParts): Authority => {
  const { lease, verifier, revoker } = authority;

  const check = async (sessionId: string, accountId: string): Promise<Verification> => {
    const startMs = clock.monotonicMs();
    const verdict = await verifier.verify(sessionId, accountId);
    const result = verdict.status === 'rejected' ? verdict.reason : verdict.status;
    metrics.sessionCheck({ result, source: sourceOf(verdict) }, (clock.monotonicMs() - startMs) / 1_000);
    if (verdict.status !== 'live')
      return verdict.status === 'rejected' ? { status: 'rejected', reason: verdict.reason } : verdict;
    const now = lease.databaseNowMs();
    if (now !== null) uses.seen(verdict.session, now);
    return { status: 'live', session: verdict.session };
  };

  return {
    check,
    verify: async (token, purpose) => {
      const startMs = clock.monotonicMs();
      // Before the first poll the offset to the database's clock is unknown; the session check behind this one decides.
      const now = new Date(lease.databaseNowMs() ?? clock.now().getTime());
      const read = await tokens.verify(token, purpose, now);
      if (read.ok) return check(read.subject.sessionId, read.subject.accountId);
      const reason = reasonOf(read.rejection, purpose);
      metrics.sessionCheck({ result: reason, source: 'token' }, (clock.monotonicMs() - startMs) / 1_000);
      return { status: 'rejected', reason };
    },
    revoking: async <T>(
      accountId: string,
      deadlineMs: number,
      decide: (tx: Tx, account: AccountRow | null) => Promise<Decision<T>>,
    ): Promise<T> => {
      let cause: string | null = null;
      const deciding = async (tx: Tx, account: AccountRow | null): Promise<Decision<T>> => {
        cause = null;
        const decision = await decide(tx, account);
        if (!decision.ends) return decision;
        const apply = async () => {
          const value = await decision.apply();
          cause = causeOfRevocation(tx);
          return value;
        };
        return { ends: true, apply };
      };
      try {
        const value = await revoker.revoking(accountId, deadlineMs, deciding);
        if (cause !== null) metrics.revocation(cause);
        return value;
      } catch (error) {
        throw asAuthError(error);
      }
    },
    databaseNow: () => {
      const now = lease.databaseNowMs();
      if (now === null) throw new AuthError('unavailable', { retryAfterMs: RETRY_AFTER_MS });
      return new Date(now);
    },
  };
};

const sourceOf = (verdict: Verdict): 'index' | 'store' | 'none' =>
  verdict.status === 'unavailable' ? 'none' : verdict.source;

/** The cookie's token lives as long as its session; a bearer's is meant to be renewed long before that. */
const reasonOf = (
  rejection: TokenRejection,
  purpose: 'cookie' | 'bearer',
): 'session_expired' | 'token_invalid' =>
  rejection === 'expired' && purpose === 'cookie' ? 'session_expired' : 'token_invalid';

/** Somebody else held the row, or won it, until the deadline: lock timeout, serialization failure, deadlock. */
const CONTENDED = new Set(['55P03', '40001', '40P01']);

const asAuthError = (error: unknown): unknown => {
  if (error instanceof RevocationUnavailable) {
    const mayHaveTakenEffect = error.mayHaveTakenEffect ? { mayHaveTakenEffect: true as const } : {};
    return new AuthError('unavailable', {
      retryAfterMs: RETRY_AFTER_MS,
      cause: error,
      ...mayHaveTakenEffect,
    });
  }
  const isContended = error instanceof Error && 'code' in error && CONTENDED.has(String(error.code));
  if (error instanceof StoreUnavailable || isContended)
    return new AuthError('unavailable', { retryAfterMs: RETRY_AFTER_MS, cause: error });
  return error;
};
