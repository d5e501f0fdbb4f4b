import { expect, test } from 'vitest';
import { boundedMap } from './bounded-map.ts';

test('holds no more than it may, and drops what was set longest ago', () => {
  const map = boundedMap<number>(3);
  for (const [index, name] of ['a', 'b', 'c'].entries()) map.set(name, index);
  map.set('a', 9);
  map.set('d', 4);
  expect(map.size).toBe(3);
  expect([map.get('a'), map.get('b'), map.get('c'), map.get('d')]).toEqual([9, undefined, 2, 4]);
});
