import { describe, expect, it } from 'vitest';
import { runSeed } from '../run-seed.ts';
import { FAULTS } from '../fault-kinds.ts';
import { playSeeds } from './pool.ts';
import { describeSum } from './sum.ts';

const SEEDS = 20_000;

const traceOf = async (seed: number): Promise<string> => {
  const lines: string[] = [];
  await runSeed(seed, (line) => lines.push(line));
  return lines.join('\n');
};

describe('the real protocol code on simulated stores', () => {
  it('G1, G2, G4, G5, G6, G8, G10: no schedule of many violates a guarantee', async () => {
    const began = performance.now();
    const { sum, violations } = await playSeeds({ from: 1, count: SEEDS, mutant: null, stopAtFirst: false });
    process.stdout.write(`${describeSum(sum, (performance.now() - began) / 1_000)}\n`);
    const replays = violations.map(
      ({ seed, texts }) => `npm run proof -- --replay ${seed}\n${texts.join('\n')}`,
    );
    expect(replays).toEqual([]);
    // Schedules in which nothing happens would prove nothing.
    expect(sum.schedules).toBe(SEEDS);
    expect(sum.verifications).toBeGreaterThan(20 * SEEDS);
    expect(sum.fromIndex).toBeGreaterThan(2 * SEEDS);
    expect(sum.unknown).toBeGreaterThan(SEEDS / 10);
    expect(Object.keys(sum.faults).sort()).toEqual([...FAULTS].sort());
  });

  it('the same seed plays the same schedule, byte for byte', async () => {
    for (const seed of [1, 42, 433, 4_711]) {
      const once = await traceOf(seed);
      expect(once.split('\n').length).toBeGreaterThan(100);
      expect(await traceOf(seed)).toBe(once);
    }
    expect(await traceOf(1)).not.toBe(await traceOf(2));
  });

  it('which thread plays a seed, and what it played before, changes nothing', async () => {
    const options = { from: 100, count: 60, mutant: null, stopAtFirst: false };
    const one = await playSeeds({ ...options, threads: 1, chunk: 60 });
    const many = await playSeeds({ ...options, threads: 3, chunk: 7 });
    expect(many).toEqual(one);
  });
});
