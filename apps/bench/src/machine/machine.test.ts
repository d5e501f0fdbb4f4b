import { describe, expect, it } from 'vitest';
import { coresIn } from './cores.ts';
import { processorTimeIn } from './processor-time.ts';

describe('what the system tells', () => {
  it('names cores one by one and in ranges', () => {
    expect(coresIn('0-2,5')).toEqual([0, 1, 2, 5]);
    expect(coresIn('3\n')).toEqual([3]);
  });

  it('counts user and system time of a process, whatever it is called', () => {
    const before = Array.from({ length: 11 }, (_, index) => String(index)).join(' ');
    expect(processorTimeIn(`42 (a) b (c)) ${before} 150 50 7 7 20`)).toBe(2_000_000);
  });
});
