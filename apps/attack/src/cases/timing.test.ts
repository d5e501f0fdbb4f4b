import { expect, test } from 'vitest';
import { mannWhitney, quantile } from './timing.ts';

const samples = (count: number, from: number) =>
  Array.from({ length: count }, (_, at) => from + ((at * 7919) % 1000) / 100);

test('one distribution is not told apart from itself', () => {
  expect(mannWhitney(samples(400, 40), samples(400, 40.003))).toBeGreaterThan(0.5);
});

test('a shift of half its width is told apart beyond doubt', () => {
  expect(mannWhitney(samples(400, 40), samples(400, 45))).toBeLessThan(1e-4);
  expect(mannWhitney(samples(400, 45), samples(400, 40))).toBeLessThan(1e-4);
});

test('a known value: ranks that do not overlap', () => {
  // U = 0 for 8 and 8: z = 3.361, two-sided p = 0.00078.
  expect(mannWhitney([1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12, 13, 14, 15, 16])).toBeCloseTo(0.00078, 4);
});

test('quantiles', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([5], 0.1)).toBe(5);
});
