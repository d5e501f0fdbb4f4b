import type { Checked } from './batcher.ts';
import type { Ears } from './ears.ts';
import type { Claims } from './paseto.ts';
import type { Clock, FeedEvent } from './types.ts';

interface Entry {
  checked: Checked;
  accountId: string;
  /** On the monotonic clock: the session or the token ends, or a strict answer is due again. */
  untilMs: number;
}

const MOST_ENTRIES = 10_000;
/** An answer is asked for anew at least so often: use of a session shows only there, and so does its idle end. */
const LONGEST_MS = 30_000;

/** What was known before a strict check was sent. */
export interface Mark {
  changes: number;
}

/**
 * Strict answers that are used again while the feed proves that every revocation older than `maxStalenessMs` is known.
 * Whatever may have changed is forgotten; whatever is not proven is not used.
 */
export class Bounded {
  readonly #ears: Ears;
  readonly #clock: Clock;
  readonly #maxStalenessMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #byAccount = new Map<string, Set<string>>();
  /** How often each account changed while checks were under way; all of them when it is cleared. */
  readonly #changes = new Map<string, number>();
  #all = 0;

  constructor(ears: Ears, clock: Clock, maxStalenessMs: number) {
    this.#ears = ears;
    this.#clock = clock;
    this.#maxStalenessMs = maxStalenessMs;
    ears.listen((event) => this.#hear(event));
  }

  /** Null when a strict answer is needed. */
  find(token: string): { checked: Checked; stalenessMs: number } | null {
    const stalenessMs = this.#ears.stalenessMs(this.#clock);
    if (stalenessMs === null || stalenessMs > this.#maxStalenessMs) return null;
    const entry = this.#entries.get(token);
    if (entry === undefined) return null;
    if (this.#clock.monotonicMs() < entry.untilMs) return { checked: entry.checked, stalenessMs };
    this.#forget(token);
    return null;
  }

  /** Taken before the check is sent; null while the feed is cut: what happens meanwhile would not be heard. */
  mark(accountId: string): Mark | null {
    return this.#ears.stalenessMs(this.#clock) === null ? null : { changes: this.#changesOf(accountId) };
  }

  keep(token: string, claims: Claims, checked: Checked, mark: Mark | null): void {
    const { result, sentMs, at } = checked;
    if (result.active !== true || mark?.changes !== this.#changesOf(claims.accountId)) return;
    if (this.#ears.stalenessMs(this.#clock) === null) return;
    // Counted from before the check, by the service's own time: no clock of ours decides when a session ends.
    const endsMs = Math.min(Date.parse(result.session.expiresAt), claims.expiresAtMs) - Date.parse(at);
    this.#forget(token);
    this.#entries.set(token, {
      checked,
      accountId: claims.accountId,
      untilMs: sentMs + Math.min(endsMs, LONGEST_MS),
    });
    const tokens = this.#byAccount.get(claims.accountId) ?? new Set();
    this.#byAccount.set(claims.accountId, tokens.add(token));
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_ENTRIES && oldest !== undefined) this.#forget(oldest);
  }

  #changesOf(accountId: string): number {
    return this.#all + (this.#changes.get(accountId) ?? 0);
  }

  #hear(event: FeedEvent): void {
    if (event.kind === 'gap') return this.#forgetAll();
    this.#changes.set(event.accountId, (this.#changes.get(event.accountId) ?? 0) + 1);
    for (const token of this.#byAccount.get(event.accountId) ?? []) this.#forget(token);
    if (this.#changes.size > MOST_ENTRIES) this.#forgetAll();
  }

  #forgetAll(): void {
    // Above anything that a mark may hold.
    this.#all += 1 + Math.max(0, ...this.#changes.values());
    this.#changes.clear();
    this.#entries.clear();
    this.#byAccount.clear();
  }

  #forget(token: string): void {
    const entry = this.#entries.get(token);
    if (entry === undefined) return;
    this.#entries.delete(token);
    const tokens = this.#byAccount.get(entry.accountId);
    tokens?.delete(token);
    if (tokens?.size === 0) this.#byAccount.delete(entry.accountId);
  }
}
