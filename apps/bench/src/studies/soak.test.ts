import { describe, expect, it } from 'vitest';
import { growthOf } from './soak.ts';

describe('the growth of memory in a soak', () => {
  it('leaves out the first quarter, in which heap and caches fill', () =>
    expect(growthOf([10, 50, 100, 100, 100, 100, 100, 100])).toBe(1));

  it('is that from the second quarter to the last', () =>
    expect(growthOf([100, 100, 100, 100, 120, 130, 150, 150])).toBe(1.5));
});
