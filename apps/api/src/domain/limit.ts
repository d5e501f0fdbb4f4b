/**
 * How attempts of one key are counted: a pure step over a small state. The same step stands in Lua in
 * adapters/rate-limiter-script.ts, which counts for all instances; one test holds both against each other.
 */

/** Failed sign-ins of an account without a success between them, kept in Postgres so that they outlive Redis. */
export const MOST_CONSECUTIVE_FAILURES = 100;

export interface LimitWindow {
  points: number;
  /** From the first point on; with waits, from the newest one on. */
  ms: number;
}

/** What a rule asks for, with the points as they count for this call. */
export interface LimitShape {
  windows: readonly [LimitWindow, ...LimitWindow[]];
  /** Once the first window is spent: how long each further attempt has to wait for; the last one stays. */
  waitsMs: readonly number[];
  /** A count with waits is forgotten after this much quiet. More than the longest wait. */
  forgetMs: number;
}

export interface LimitCount {
  /** For each window what was taken of it, and when it ends. */
  windows: { taken: number; endsMs: number }[];
  /** Nothing may be taken before. */
  waitsUntilMs: number;
}

export interface Taking {
  taken: boolean;
  /** Points left in the window that has the fewest. */
  left: number;
  /** Which window that is. */
  window: number;
  /** Until that window ends or, when nothing was taken, until something may be. */
  ms: number;
}

export const NOTHING_TAKEN: LimitCount = { windows: [], waitsUntilMs: 0 };

/** Takes one point of every window, or of none. @param nowMs on any clock that the counts of this key share */
export const takePoint = (
  count: LimitCount,
  { windows, waitsMs, forgetMs }: LimitShape,
  nowMs: number,
): { count: LimitCount; taking: Taking } => {
  const now = windows.map(({ ms }, at) => {
    const known = count.windows[at];
    return known !== undefined && known.endsMs > nowMs ? known : { taken: 0, endsMs: nowMs + ms };
  });
  const grows = waitsMs.length > 0;
  let ms = count.waitsUntilMs - nowMs;
  if (!grows)
    for (const [at, window] of now.entries())
      if (window.taken >= (windows[at]?.points ?? 0)) ms = Math.max(ms, window.endsMs - nowMs);
  if (ms > 0) return { count, taking: { taken: false, left: 0, window: 0, ms } };
  const next = now.map(({ taken, endsMs }) => ({ taken: taken + 1, endsMs }));
  let waitsUntilMs = 0;
  const [first] = next;
  if (grows && first !== undefined) {
    const beyond = first.taken - (windows[0]?.points ?? 0);
    if (beyond >= 0) waitsUntilMs = nowMs + (waitsMs[Math.min(beyond, waitsMs.length - 1)] ?? 0);
    first.endsMs = nowMs + (beyond >= 0 ? forgetMs : (windows[0]?.ms ?? 0));
  }
  const left = next.map(({ taken }, at) => (windows[at]?.points ?? 0) - taken);
  const fewest = Math.min(...left);
  const window = left.indexOf(fewest);
  const endsMs = waitsUntilMs > 0 ? waitsUntilMs : (next[window]?.endsMs ?? nowMs);
  return {
    count: { windows: next, waitsUntilMs },
    taking: { taken: true, left: Math.max(fewest, 0), window, ms: endsMs - nowMs },
  };
};

/** Gives one point back to every window: never more than were taken. A wait that the point began is over. */
export const givePoint = (count: LimitCount): LimitCount => ({
  windows: count.windows.map(({ taken, endsMs }) => ({ taken: Math.max(taken - 1, 0), endsMs })),
  waitsUntilMs: 0,
});
