/**
 * Whether sign-ins fail far more often than they use to, everywhere together: somebody tries many accounts from many
 * addresses, and no limit by account or address sees it alone.
 */

/** Two averages that forget: failures of about the last five minutes, and of about the last day. */
export const QUICK_MS = 5 * 60_000;
export const SLOW_MS = 24 * 3_600_000;
const TIMES_THE_USUAL = 5;
/** In the quick time; a service where hardly anybody fails is not alarmed by a few hundred. */
const LEAST_USUAL = 100;

export interface Averages {
  quick: number;
  slow: number;
}

export const happened = ({ quick, slow }: Averages, passedMs: number): Averages => ({
  quick: quick * Math.exp(-passedMs / QUICK_MS) + 1,
  slow: slow * Math.exp(-passedMs / SLOW_MS) + 1,
});

/** @param passedMs since the averages were taken */
export const isUnusual = ({ quick, slow }: Averages, passedMs: number): boolean => {
  const usual = Math.max(LEAST_USUAL, (slow * Math.exp(-passedMs / SLOW_MS) * QUICK_MS) / SLOW_MS);
  return quick * Math.exp(-passedMs / QUICK_MS) > TIMES_THE_USUAL * usual;
};
