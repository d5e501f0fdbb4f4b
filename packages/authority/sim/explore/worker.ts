import { parentPort, workerData } from 'node:worker_threads';
import { mutants } from '../mutants/all.ts';
import { loadMutated } from '../mutants/load.ts';

/** What a thread explores: one small world, with the code as it is or with a part removed. */
export interface ExploreJob {
  world: string;
  mutant: string | null;
  maxRuns: number;
}

const { world: name, mutant: removed, maxRuns } = workerData as ExploreJob;
const mutant = mutants.find((one) => one.name === removed);
if (removed !== null && mutant === undefined) throw new Error(`there is no mutant "${removed}"`);
if (mutant !== undefined) loadMutated(mutant);
Error.stackTraceLimit = 0;
const { explore } = await import('./explore.ts');
const { smallWorlds } = await import('./small-worlds.ts');
const world = smallWorlds.find((one) => one.name === name);
if (world === undefined) throw new Error(`there is no small world "${name}"`);
parentPort?.postMessage(await explore(world, maxRuns));
