import { mutants } from '../mutants/all.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { playSeeds } from './pool.ts';

export interface MutantResult {
  mutant: Mutant;
  /** The first seed under which it was caught, null when none did. */
  seed: number | null;
  /** What it broke, in one line. */
  text: string;
  schedules: number;
  seconds: number;
}

export interface MutantsOptions {
  /** At most so many schedules for each. */
  seedsEach: number;
  only?: string;
  done?: (result: MutantResult) => void;
}

/** Plays the seeds on each mutant until it is caught. One thread for each: they are independent of one another. */
export const playMutants = async (options: MutantsOptions, threads: number): Promise<MutantResult[]> => {
  const queue = mutants.filter(({ name }) => options.only === undefined || name.includes(options.only));
  const results: MutantResult[] = [];
  const thread = async () => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const result = await playMutant(mutant, options.seedsEach);
      results.push(result);
      options.done?.(result);
    }
  };
  await Promise.all(Array.from({ length: threads }, thread));
  return results;
};

const playMutant = async (mutant: Mutant, seedsEach: number): Promise<MutantResult> => {
  const began = performance.now();
  const { sum, violations } = await playSeeds({
    from: 1,
    count: seedsEach,
    mutant: mutant.name,
    stopAtFirst: true,
    threads: 1,
  });
  const [first] = violations;
  return {
    mutant,
    seed: first?.seed ?? null,
    text: first?.texts[0]?.split('\n')[0] ?? '',
    schedules: sum.schedules,
    seconds: (performance.now() - began) / 1_000,
  };
};
