import type { SessionAuthority } from '@portcullis/authority/authority';
import type { Verdict } from '@portcullis/authority/verify';
import type { ManyVerifier } from '@portcullis/authority/verify-many';
import type { Metrics } from './adapters/metrics.ts';
import type { AccountRow } from './db/entities/account.ts';
import type { Tx } from './db/transaction.ts';
import { tokensOfEitherKind } from './either-kind.ts';
import type { Clock, TokenRejection, TokenVerifier } from './ports.ts';
import type { Authority, TokenVerification, Verification } from './services/authority.ts';
import type { UseRecorder } from './touch.ts';

export interface TokenCheckParts {
  tokens: TokenVerifier;
  authority: SessionAuthority<Tx, AccountRow>;
  many: ManyVerifier;
  uses: UseRecorder;
  clock: Pick<Clock, 'now' | 'monotonicMs'>;
  metrics: Pick<Metrics, 'sessionCheck'>;
}

type Checks = Pick<Authority, 'check' | 'verify' | 'verifyMany'>;

/** P1 from the token on: one, or many at once. */
export const createTokenChecks = ({
  tokens,
  authority,
  many,
  uses,
  clock,
  metrics,
}: TokenCheckParts): Checks => {
  const { lease, verifier } = authority;
  const readEither = tokensOfEitherKind(tokens);
  // Before the first poll the offset to the database's clock is unknown; the session check behind this one decides.
  const tokenTime = () => new Date(lease.databaseNowMs() ?? clock.now().getTime());

  const settled = (verdict: Verdict, startMs: number): Verification => {
    const result = verdict.status === 'rejected' ? verdict.reason : verdict.status;
    metrics.sessionCheck({ result, source: sourceOf(verdict) }, (clock.monotonicMs() - startMs) / 1_000);
    if (verdict.status !== 'live')
      return verdict.status === 'rejected' ? { status: 'rejected', reason: verdict.reason } : verdict;
    const now = lease.databaseNowMs();
    if (now !== null) uses.seen(verdict.session, now);
    return { status: 'live', session: verdict.session };
  };
  const refused = <R extends 'session_expired' | 'token_invalid'>(reason: R, startMs: number) => {
    metrics.sessionCheck({ result: reason, source: 'token' }, (clock.monotonicMs() - startMs) / 1_000);
    return { status: 'rejected' as const, reason };
  };
  const check = async (sessionId: string, accountId: string): Promise<Verification> => {
    const startMs = clock.monotonicMs();
    return settled(await verifier.verify(sessionId, accountId), startMs);
  };

  return {
    check,
    verify: async (token, purpose) => {
      const startMs = clock.monotonicMs();
      const read = await tokens.verify(token, purpose, tokenTime());
      if (read.ok) return check(read.subject.sessionId, read.subject.accountId);
      return refused(reasonOf(read.rejection, purpose), startMs);
    },
    verifyMany: async (presented) => {
      const startMs = clock.monotonicMs();
      const reads = await Promise.all(presented.map((token) => readEither(token, tokenTime())));
      const named = reads.flatMap((read) => (read.ok ? [read.subject] : []));
      const verdicts = (named.length === 0 ? [] : await many.verifyMany(named)).values();
      return reads.map((read): TokenVerification => {
        // A service that holds a token wants to know whether a new one would help.
        if (!read.ok)
          return refused(read.rejection === 'expired' ? 'session_expired' : 'token_invalid', startMs);
        const verification = settled(verdicts.next().value ?? UNDECIDED, startMs);
        if (verification.status !== 'live') return verification;
        return { ...verification, purpose: read.subject.purpose };
      });
    },
  };
};

const UNDECIDED: Verdict = { status: 'unavailable', retryAfterMs: 1_000 };

const sourceOf = (verdict: Verdict): 'index' | 'store' | 'none' =>
  verdict.status === 'unavailable' ? 'none' : verdict.source;

/** The cookie's token lives as long as its session; a bearer's is meant to be renewed long before that. */
const reasonOf = (
  rejection: TokenRejection,
  purpose: 'cookie' | 'bearer',
): 'session_expired' | 'token_invalid' =>
  rejection === 'expired' && purpose === 'cookie' ? 'session_expired' : 'token_invalid';
