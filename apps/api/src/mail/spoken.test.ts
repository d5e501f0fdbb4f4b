import { expect, test } from 'vitest';
import { spokenDuration, spokenTime } from './spoken.ts';

test.each([
  [0, '0 seconds', '0 Sekunden'],
  [1, '1 second', '1 Sekunde'],
  [59, '59 seconds', '59 Sekunden'],
  [60, '1 minute', '1 Minute'],
  [1_799, '29 minutes', '29 Minuten'],
  [1_800, '30 minutes', '30 Minuten'],
  [3_539, '58 minutes', '58 Minuten'],
  // What was an hour or a day when it was asked for is not called less for the moment that the mail took.
  [3_599, '59 minutes', '59 Minuten'],
  [3_600, '1 hour', '1 Stunde'],
  [7_141, '2 hours', '2 Stunden'],
  [86_399, '24 hours', '24 Stunden'],
  [86_400, '24 hours', '24 Stunden'],
  [2 * 86_400 - 61, '47 hours', '47 Stunden'],
  [2 * 86_400, '2 days', '2 Tage'],
  [604_799, '7 days', '7 Tage'],
])('%i seconds are said as %s and as %s', (seconds, english, german) => {
  expect(spokenDuration(seconds, 'en')).toBe(english);
  expect(spokenDuration(seconds, 'de')).toBe(german);
});

test.each([
  ['2026-03-04T05:06:59Z', '4 March 2026 at 05:06 UTC', '4. März 2026 um 05:06 Uhr (UTC)'],
  ['2025-12-31T23:59:00-01:00', '1 January 2026 at 00:59 UTC', '1. Januar 2026 um 00:59 Uhr (UTC)'],
  ['2026-07-01T12:00:00+02:00', '1 July 2026 at 10:00 UTC', '1. Juli 2026 um 10:00 Uhr (UTC)'],
])('%s is said to the minute, in UTC, which is named', (at, english, german) => {
  expect(spokenTime(new Date(at), 'en')).toBe(english);
  expect(spokenTime(new Date(at), 'de')).toBe(german);
});
