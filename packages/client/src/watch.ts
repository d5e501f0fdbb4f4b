import type { Ears } from './ears.ts';
import type { Clock, FeedEvent, Refused, Undecided, Verification, Verified } from './types.ts';

export interface WatchParts {
  ears: Ears;
  clock: Clock;
  verify: () => Promise<Verification>;
  signal: AbortSignal;
}

/** However quiet the feed is, a connection is checked so often: its session may expire, which is no revocation. */
const RECHECK_MS = 15_000;
const RETRY_MS = 500;
/** After a hint that the session ended, nothing else lets it live longer than this. */
const UNDECIDED_MS = 5_000;

/** Calls `ended` once, when the session of this connection is over. @returns stops watching */
export const watchSession = (
  { ears, clock, verify, signal }: WatchParts,
  verified: Verified,
  ended: (why: Refused | Undecided) => void,
): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  let suspectSinceMs: number | null = null;
  let checking = false;
  let again = false;
  const state = { over: false };

  const finish = (why: Refused | Undecided | null) => {
    if (state.over) return;
    state.over = true;
    clearTimeout(timer);
    stopListening();
    signal.removeEventListener('abort', stop);
    if (why !== null) ended(why);
  };
  const stop = () => finish(null);
  const check = async (): Promise<void> => {
    if (checking) {
      // The check under way may have been sent before what is suspected now.
      again = true;
      return;
    }
    checking = true;
    clearTimeout(timer);
    const outcome = await verify();
    checking = false;
    if (state.over) return;
    if (again) {
      again = false;
      return check();
    }
    if (!outcome.ok && outcome.decided) return finish(outcome);
    if (outcome.ok) suspectSinceMs = null;
    const suspectMs = suspectSinceMs === null ? 0 : clock.monotonicMs() - suspectSinceMs;
    if (!outcome.ok && suspectMs > UNDECIDED_MS) return finish(outcome);
    timer = setTimeout(() => void check(), outcome.ok ? RECHECK_MS : RETRY_MS);
    timer.unref();
  };
  const hear = (event: FeedEvent) => {
    const verdict = verdictOf(event, verified);
    if (verdict === 'ended') return finish(REVOKED);
    if (verdict === 'unconcerned') return;
    suspectSinceMs ??= clock.monotonicMs();
    void check();
  };

  const stopListening = ears.listen(hear);
  signal.addEventListener('abort', stop, { once: true });
  // Whatever happened between the verification of the request and now was told to nobody.
  void check();
  return stop;
};

const REVOKED: Refused = { ok: false, decided: true, reason: 'session_revoked', status: 401 };

/** A session may have been opened after all others were ended, and be told of that only now: a check decides. */
const verdictOf = (event: FeedEvent, { session, account }: Verified): 'ended' | 'suspect' | 'unconcerned' => {
  if (event.kind === 'gap') return 'suspect';
  if (event.accountId !== account.id) return 'unconcerned';
  if (event.sessionId !== undefined) return event.sessionId === session.id ? 'ended' : 'unconcerned';
  return event.exceptSessionId === session.id ? 'unconcerned' : 'suspect';
};
