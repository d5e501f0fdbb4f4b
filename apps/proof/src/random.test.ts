import { expect, it } from 'vitest';
import { createRandom } from './random.ts';

const drawn = (seed: string) => {
  const random = createRandom(seed);
  return Array.from({ length: 20 }, () => random.below(1_000));
};

it('the same seed draws the same, another one draws another', () => {
  expect(drawn('one')).toEqual(drawn('one'));
  expect(drawn('one')).not.toEqual(drawn('two'));
});

it('what one part draws shifts nothing in another', () => {
  const [first, second] = [createRandom('seed'), createRandom('seed')];
  first.fork('a').below(10);
  first.below(10);
  second.below(10);
  expect(first.fork('b').fraction()).toBe(second.fork('b').fraction());
});

it('draws evenly', () => {
  const random = createRandom('even');
  const counts = Array.from({ length: 10 }, () => 0);
  for (let turn = 0; turn < 20_000; turn += 1) {
    const digit = random.below(10);
    counts[digit] = (counts[digit] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(250);
});
