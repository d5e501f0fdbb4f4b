import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allFaults } from '../nemesis/nemesis.ts';
import { reportOn } from '../report/report.ts';
import { runProof } from '../run.ts';
import { type RealMutant, realMutants } from './list.ts';

/** What became of one build with a part removed. */
export interface MutantResult {
  name: string;
  breaks: string;
  /** Which claims the run found broken; none: the mutant was not caught. */
  broken: string[];
  seconds: number;
}

export interface MutantOptions {
  checkout: string;
  seed: string;
  secondsEach: number;
  only?: RegExp;
  over: AbortSignal;
  say: (line: string) => void;
}

/** Attacks one build after another, each until it is caught or its time is over. */
export const runRealMutants = async (options: MutantOptions): Promise<MutantResult[]> => {
  const chosen = realMutants.filter(({ name }) => options.only === undefined || options.only.test(name));
  const results: MutantResult[] = [];
  for (const mutant of chosen) {
    if (options.over.aborted) break;
    options.say(`\n── ${mutant.name}\n   ${mutant.breaks}`);
    const began = performance.now();
    const findings = await runProof({
      ...{ seed: options.seed, seconds: options.secondsEach, over: options.over, logs: null },
      checkout: options.checkout,
      change: (snapshot) => remove(mutant, snapshot),
      faults: allFaults.filter(({ name }) => mutant.faults.test(name)),
      stopAtFirst: true,
      say: (line) => line.startsWith('✗') && options.say(`   ${line}`),
    });
    const broken = reportOn(findings)
      .claims.filter((claim) => claim.broken > 0 && claim.guarantee !== '')
      .map(({ guarantee, claim, broken: count }) => `${guarantee}: ${claim} (${count} times)`);
    const seconds = Math.round((performance.now() - began) / 1_000);
    results.push({ name: mutant.name, breaks: mutant.breaks, broken, seconds });
    options.say(
      broken.length > 0
        ? `   caught after ${seconds} s: ${broken.join('; ')}`
        : `   NOT CAUGHT in ${seconds} s`,
    );
  }
  const caught = results.filter(({ broken }) => broken.length > 0).length;
  options.say(`\n${caught} of ${results.length} caught`);
  return results;
};

/** @throws Error when the source has changed so that the part is not found: such a mutant would prove nothing */
export const remove = (mutant: RealMutant, snapshot: string): void => {
  for (const { file, find, replace } of mutant.edits) {
    const path = join(snapshot, file);
    const source = readFileSync(path, 'utf8');
    const places = source.split(find).length - 1;
    if (places !== 1) throw new Error(`${mutant.name}: ${file} holds ${places} times: ${find}`);
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
  }
};
