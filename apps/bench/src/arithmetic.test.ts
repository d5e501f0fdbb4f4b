import { describe, expect, it } from 'vitest';
import { compare, median, percentile } from './arithmetic.ts';

describe('median', () => {
  it('is the middle value whatever the order, by size and not by spelling', () =>
    expect(median([100, 9, 20])).toBe(20));
  it('is the mean of the two middle ones of an even count', () => expect(median([4, 1, 3, 2])).toBe(2.5));
  it('is no number for none', () => expect(median([])).toBeNaN());
});

describe('percentile', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  it('is the value that this share does not exceed', () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
  });
  it('is no number for none', () => expect(percentile([], 0.5)).toBeNaN());
});

describe('compare', () => {
  const slice = (perSecond: number, cpuUs: number) => ({ perSecond, cpuUs });

  it('holds each slice against the mean of its two neighbours: a machine that slows down evenly changes nothing', () => {
    const floors = [slice(1000, 50), slice(800, 60), slice(600, 70)];
    const targets = [slice(450, 110), slice(350, 130)];
    expect(compare(floors, targets)).toEqual({ ratio: 0.5, cpuRatio: 0.5 });
  });

  it('takes the median over the rounds: one disturbed round does not count', () => {
    const floors = [slice(1000, 50), slice(1000, 50), slice(1000, 50), slice(1000, 50)];
    const targets = [slice(500, 100), slice(5, 10_000), slice(500, 100)];
    expect(compare(floors, targets)).toEqual({ ratio: 0.5, cpuRatio: 0.5 });
  });

  it('refuses a run whose slices do not alternate', () =>
    expect(() => compare([slice(1, 1)], [slice(1, 1)])).toThrow('need 2 of the floor'));
});
