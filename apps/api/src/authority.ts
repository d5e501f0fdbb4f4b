import { RevocationUnavailable } from '@portcullis/authority/errors';
import { StoreUnavailable } from '@portcullis/authority/ports';
import type { Decision } from '@portcullis/authority/revoke';
import type { Metrics } from './adapters/metrics.ts';
import type { AccountRow } from './db/entities/account.ts';
import { causeOfRevocation } from './db/revocation-cause.ts';
import type { Tx } from './db/transaction.ts';
import { AuthError } from './errors.ts';
import type { Authority } from './services/authority.ts';
import { createTokenChecks, type TokenCheckParts } from './token-checks.ts';

export interface AuthorityFacadeParts extends TokenCheckParts {
  metrics: Pick<Metrics, 'sessionCheck' | 'revocation'>;
}

const RETRY_AFTER_MS = 1_000;

/** The protocol as verbs and transports see it: tokens in, reasons and `AuthError` out. */
export const createAuthorityFacade = (parts: AuthorityFacadeParts): Authority => {
  const { authority, metrics } = parts;
  const { lease, revoker } = authority;
  return {
    ...createTokenChecks(parts),
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
