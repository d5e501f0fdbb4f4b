import { describe, expect, it } from 'vitest';
import { exploreInThread } from './in-thread.ts';
import { smallWorlds } from './small-worlds.ts';

const MAX_RUNS = 300_000;

describe.each(smallWorlds)('every order of $name', ({ name: world, negatives }) => {
  it('G1, G2, G4, G6: none violates anything, and none was left out', async () => {
    const found = await exploreInThread({ world, mutant: null, maxRuns: MAX_RUNS });
    process.stdout.write(
      `${world}: ${found.states} states, ${found.runs} runs, at most ${found.deepest} choices deep\n`,
    );
    expect(found).toMatchObject({ violation: null, isComplete: true });
    // A world in which nothing overlaps would prove nothing.
    expect(found.states).toBeGreaterThan(50);
  }, 300_000);

  it.each(negatives.map((mutant) => ({ mutant })))(
    'G1, G2, G4, G6: some order shows what is missing: $mutant',
    async ({ mutant }) => {
      const found = await exploreInThread({ world, mutant, maxRuns: MAX_RUNS });
      expect(found.violation).toMatch(/^G\d/);
    },
    300_000,
  );
});
