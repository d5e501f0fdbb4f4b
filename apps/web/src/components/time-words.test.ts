import { expect, it } from 'vitest';
import { relativeTime } from './time-words.ts';

const now = Date.parse('2026-11-24T12:00:00.000Z');
const said = (ms: number, locale = 'en'): string =>
  relativeTime(new Date(now - ms).toISOString(), now, locale, 'just now');

it.each([
  [0, 'just now'],
  [-60_000, 'just now'],
  [59_999, 'just now'],
  [60_000, '1 minute ago'],
  [3_600_000, '1 hour ago'],
  [86_400_000, 'yesterday'],
  [3 * 86_400_000, '3 days ago'],
])('%i ms ago is "%s": a slow clock never makes the past the future', (ms, words) => {
  expect(said(ms)).toBe(words);
});

it('after a week a date says more, in the order of the language', () => {
  expect(said(30 * 86_400_000)).toBe('Oct 25, 2026');
  expect(said(30 * 86_400_000, 'de')).toBe('25.10.2026');
  expect(said(60_000, 'de')).toBe('vor 1 Minute');
});
