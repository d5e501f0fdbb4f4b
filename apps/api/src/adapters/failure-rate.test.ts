import { expect, test } from 'vitest';
import { type Averages, happened, isUnusual } from './failure-rate.ts';

const MINUTE = 60_000;
const NOTHING: Averages = { quick: 0, slow: 0 };
/** So many failures a minute, for so long. */
const failing = (from: Averages, perMinute: number, minutes: number): Averages => {
  let now = from;
  for (let n = 0; n < perMinute * minutes; n += 1) now = happened(now, MINUTE / perMinute);
  return now;
};

test('a service where few people fail is alarmed by more than five hundred in five minutes', () => {
  expect(isUnusual(failing(NOTHING, 80, 60), 0)).toBe(false);
  expect(isUnusual(failing(NOTHING, 110, 60), 0)).toBe(true);
});

test('a service where many fail every day is alarmed by five times as many', () => {
  const usual = failing(NOTHING, 100, 3 * 24 * 60);
  expect(isUnusual(usual, 0)).toBe(false);
  expect(isUnusual(failing(usual, 300, 15), 0)).toBe(false);
  expect(isUnusual(failing(usual, 700, 15), 0)).toBe(true);
});

test('it is over by itself once fewer fail', () => {
  const attacked = failing(NOTHING, 300, 30);
  expect(isUnusual(attacked, 0)).toBe(true);
  expect(isUnusual(attacked, 10 * MINUTE)).toBe(false);
});
