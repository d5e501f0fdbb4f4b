import { expect, test } from 'vitest';
import { shouldTouch, touchIntervalMs } from './expiry.ts';

const HOUR = 3_600_000;

test.each([
  [12 * HOUR, 300_000],
  [14 * 24 * HOUR, 300_000],
  [600_000, 60_000],
  [1000, 100],
])('a session that may idle for %d ms records its use every %d ms', (idleMs, interval) => {
  expect(touchIntervalMs(idleMs)).toBe(interval);
  const use = { lastSeenAt: 1_000_000, idleMs };
  expect(shouldTouch({ ...use, now: 1_000_000 })).toBe(false);
  expect(shouldTouch({ ...use, now: 1_000_000 + interval - 1 })).toBe(false);
  expect(shouldTouch({ ...use, now: 1_000_000 + interval })).toBe(true);
});

test('a clock that stands before the last use records nothing', () => {
  expect(shouldTouch({ lastSeenAt: 1_000_000, idleMs: HOUR, now: 0 })).toBe(false);
});
