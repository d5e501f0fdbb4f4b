import { parentPort, workerData } from 'node:worker_threads';
import { mutants } from '../mutants/all.ts';
import { loadMutated } from '../mutants/load.ts';
import type { Given, SeedResult } from '../run-seed.ts';
import { addTo, emptySum, type Sum } from './sum.ts';

/** What the pool asks of this thread: seeds from `from` on, at most `count`. */
export interface Job {
  from: number;
  count: number;
  stopAtFirst: boolean;
}

export interface JobResult {
  sum: Sum;
  violations: { seed: number; texts: string[] }[];
}

const { mutant: name, given } = workerData as { mutant: string | null; given: Given };
if (name !== null) {
  const mutant = mutants.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
  loadMutated(mutant);
}
// Errors are part of most schedules, and nobody reads where they came from.
Error.stackTraceLimit = 0;
const { runSeed } = await import('../run-seed.ts');

const work = async ({ from, count, stopAtFirst }: Job): Promise<JobResult> => {
  const result: JobResult = { sum: emptySum(), violations: [] };
  for (let seed = from; seed < from + count; seed += 1) {
    const one: SeedResult = await runSeed(seed, null, given);
    addTo(result.sum, one);
    if (one.violations.length === 0) continue;
    result.violations.push({ seed, texts: one.violations });
    if (stopAtFirst) break;
  }
  return result;
};

parentPort?.on('message', (job: Job) => {
  void work(job).then((result) => parentPort?.postMessage(result));
});
