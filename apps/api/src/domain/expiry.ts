const MOST_MS = 5 * 60_000;

export interface Use {
  /** Milliseconds of the database's clock, as `now`. */
  lastSeenAt: number;
  idleMs: number;
  now: number;
}

/** How long after one recorded use the next is recorded (consistency P9): a tenth of the idle time, at most 5 minutes. */
export const touchIntervalMs = (idleMs: number): number => Math.min(idleMs / 10, MOST_MS);

/** A session's use is due to be recorded; false also when the clock stands before the last recorded use. */
export const shouldTouch = ({ lastSeenAt, idleMs, now }: Use): boolean =>
  now - lastSeenAt >= touchIntervalMs(idleMs);
