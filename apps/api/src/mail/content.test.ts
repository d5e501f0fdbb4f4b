import { expect, test } from 'vitest';
import { spokenDuration, spokenTime } from './content.ts';

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [59, '59 seconds'],
  [60, '1 minute'],
  [1_799, '29 minutes'],
  [1_800, '30 minutes'],
  [3_539, '58 minutes'],
  // What was an hour or a day when it was asked for is not called less for the moment that the mail took.
  [3_599, '59 minutes'],
  [3_600, '1 hour'],
  [7_141, '2 hours'],
  [86_399, '24 hours'],
  [86_400, '24 hours'],
  [2 * 86_400 - 61, '47 hours'],
  [2 * 86_400, '2 days'],
  [604_799, '7 days'],
])('%i seconds are said as %s', (seconds, said) => {
  expect(spokenDuration(seconds)).toBe(said);
});

test('a moment is said to the minute, in UTC', () => {
  expect(spokenTime(new Date('2026-03-04T05:06:59Z'))).toBe('4 March 2026 at 05:06 UTC');
  expect(spokenTime(new Date('2025-12-31T23:59:00-01:00'))).toBe('1 January 2026 at 00:59 UTC');
});
