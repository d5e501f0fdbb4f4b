import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { mutants } from './mutants/all.ts';
import { loadMutated } from './mutants/load.ts';
import { playMutants } from './run/mutants.ts';
import type { Given } from './run-seed.ts';
import { playSeeds } from './run/pool.ts';
import { describeSum, n } from './run/sum.ts';

const USAGE = `npm run proof -- --sim [--seeds N] [--from S] [--report FILE]   schedules of the real protocol code on simulated stores
npm run proof -- --mutants [--seeds N] [--only TEXT]            the same with one part removed: each must be caught
npm run proof -- --replay SEED [--mutant NAME]                  one schedule, step by step
npm run proof -- --replay SEED --theme NAME --database-loss refuse|serve   the same, with what is not left to the seed`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The simulated part of the proof. @returns the exit code */
export const main = async (args: string[]): Promise<number> => {
  const { values } = parseArgs({
    args,
    options: {
      sim: { type: 'boolean', default: false },
      mutants: { type: 'boolean', default: false },
      replay: { type: 'string' },
      seeds: { type: 'string' },
      from: { type: 'string' },
      only: { type: 'string' },
      mutant: { type: 'string' },
      theme: { type: 'string' },
      'database-loss': { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return said(USAGE, 0);
  const given = givenOf(values.theme, values['database-loss']);
  if (values.replay !== undefined) return replay(numberOf(values.replay, 1), values.mutant, given);
  if (values.mutants) return attackMutants(numberOf(values.seeds, 20_000), values.only);
  return simulate(numberOf(values.seeds, 20_000), numberOf(values.from, 1), values.report);
};

const said = (line: string, code: number): number => {
  say(line);
  return code;
};

/** @throws Error for anything but a whole number above zero */
const numberOf = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`"${text}" is no whole number above zero\n${USAGE}`);
  return value;
};

/** @throws Error for a setting that there is not */
const givenOf = (theme: string | undefined, databaseLoss: string | undefined): Given => {
  const named = theme === undefined ? {} : { theme };
  if (databaseLoss === undefined) return named;
  if (databaseLoss !== 'refuse' && databaseLoss !== 'serve')
    throw new Error(`"${databaseLoss}" is neither refuse nor serve`);
  return { ...named, databaseLoss };
};

const simulate = async (count: number, from: number, report: string | undefined): Promise<number> => {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  let shown = 0;
  say(`Seeds ${n(from)} to ${n(from + count - 1)} on ${availableParallelism()} threads …`);
  const { sum, violations } = await playSeeds({
    from,
    count,
    mutant: null,
    stopAtFirst: false,
    progress: (all) => {
      if (seconds() - shown < 5) return;
      shown = seconds();
      say(
        `  ${n(all.schedules)} of ${n(count)} schedules, ${n(all.verifications)} verifications, ${all.violations} violations, ${shown.toFixed(0)} s`,
      );
    },
  });
  say(describeSum(sum, seconds()));
  for (const { seed, texts } of violations.slice(0, 5))
    say(`\n${texts.join('\n')}\nTo see it step by step: npm run proof -- --replay ${seed}`);
  if (report !== undefined)
    writeFileSync(report, `${JSON.stringify({ from, count, ...sum, failing: violations }, null, 2)}\n`);
  return said(
    violations.length === 0 ? 'No violation.' : `${violations.length} schedules violate a guarantee.`,
    violations.length === 0 ? 0 : 1,
  );
};

const attackMutants = async (seedsEach: number, only: string | undefined): Promise<number> => {
  const options = only === undefined ? { seedsEach } : { seedsEach, only };
  const results = await playMutants(
    {
      ...options,
      done: ({ mutant, seed, text, schedules, seconds }) =>
        say(
          seed === null
            ? `NOT CAUGHT  ${mutant.name} (${mutant.removes}) in ${n(schedules)} schedules, ${seconds.toFixed(1)} s`
            : `caught      ${mutant.name} (${mutant.removes}): seed ${seed}, ${seconds.toFixed(1)} s: ${text}`,
        ),
    },
    availableParallelism(),
  );
  const farthest = Math.max(1, ...results.map(({ seed }) => seed ?? 0));
  say(`The code as it is, on the same seeds (1 to ${n(farthest)}) …`);
  const { violations } = await playSeeds({ from: 1, count: farthest, mutant: null, stopAtFirst: true });
  say(violations.length === 0 ? 'no violation' : `VIOLATION under seed ${violations[0]?.seed}`);
  const caught = results.filter(({ seed }) => seed !== null).length;
  return said(
    `${caught} of ${results.length} caught`,
    caught === results.length && violations.length === 0 ? 0 : 1,
  );
};

const replay = async (seed: number, name: string | undefined, given: Given): Promise<number> => {
  if (name !== undefined) {
    const mutant = mutants.find((one) => one.name === name);
    if (mutant === undefined)
      throw new Error(
        `there is no mutant "${name}"; there are:\n${mutants.map((one) => one.name).join('\n')}`,
      );
    loadMutated(mutant);
  }
  const { runSeed } = await import('./run-seed.ts');
  const { violations } = await runSeed(seed, say, given);
  return said(
    violations.length === 0 ? '\nNo violation.' : `\n${violations.join('\n')}`,
    violations.length === 0 ? 0 : 1,
  );
};
