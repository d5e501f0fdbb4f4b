const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
];

/** Beyond this many milliseconds a date says more than a number of days. */
const RELATIVE_LIMIT = 7 * 86_400_000;

export const absoluteTime = (at: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));

export const dayOf = (at: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(new Date(at));

/**
 * `at` (RFC 3339) as seen from `now` (milliseconds since the epoch): "just now", "3 minutes ago", "yesterday", a date
 * after a week. A clock that runs behind the service's never makes the past the future.
 */
export const relativeTime = (at: string, now: number, locale: string, justNow: string): string => {
  const age = Math.max(0, now - Date.parse(at));
  if (age < 60_000) return justNow;
  if (age >= RELATIVE_LIMIT)
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(at));
  const [unit, size] = UNITS.findLast(([, ms]) => age >= ms) ?? ['minute', 60_000];
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-Math.floor(age / size), unit);
};
