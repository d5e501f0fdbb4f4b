import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { explore } from '../explore/explore.ts';
import { smallWorlds } from '../explore/small-worlds.ts';
import { type MutantResult, playMutants } from './mutants.ts';
import { playSeeds } from './pool.ts';
import { n } from './sum.ts';

/** What a suite of `npm test` reports: a line for each thing that held or did not. */
interface Step {
  name: string;
  ok: boolean;
}

export interface SuiteOptions {
  /** Schedules by seed, from 1 on. */
  seeds: number;
  /** Orders of each small world; a world that has more is played that far. */
  orders: number;
  /** At most so many schedules until a build with one part removed must have been caught. */
  seedsPerMutant: number;
  say: (line: string) => void;
}

/**
 * The bounded part of the simulation: every small world in every order up to a limit, large ones by seed, and the
 * protocol with one part removed, which must break: else it proves nothing that the whole does not.
 */
export const playSuite = async (options: SuiteOptions, report: string): Promise<boolean> => {
  const { seeds, orders, seedsPerMutant, say } = options;
  const steps: Step[] = [];
  const settle = (name: string, violation: string | null): void => {
    steps.push({ name, ok: violation === null });
    say(`${violation === null ? 'held   ' : 'BROKEN '} ${name}${violation === null ? '' : `\n${violation}`}`);
  };
  for (const world of smallWorlds) {
    const { runs, states, isComplete, violation } = await explore(world, orders);
    const extent = `${isComplete ? 'every order' : 'not every order'}, ${n(runs)} runs, ${n(states)} states`;
    settle(`${world.name} (${extent})`, violation);
  }
  const { sum, violations } = await playSeeds({ from: 1, count: seeds, mutant: null, stopAtFirst: false });
  const [first] = violations;
  const replay = first && `${first.texts.join('\n')}\nTo see it: npm run proof -- --replay ${first.seed}`;
  settle(`${n(sum.schedules)} schedules, ${n(sum.verifications)} verifications`, replay ?? null);
  const done = ({ mutant, seed }: MutantResult) =>
    settle(
      `without: ${mutant.name}`,
      seed === null ? `nothing broke in ${n(seedsPerMutant)} schedules` : null,
    );
  await playMutants({ seedsEach: seedsPerMutant, done }, availableParallelism());
  writeFileSync(report, JSON.stringify({ steps }));
  return steps.every(({ ok }) => ok);
};
