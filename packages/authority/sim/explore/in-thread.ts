import { Worker } from 'node:worker_threads';
import type { Exploration } from './explore.ts';
import type { ExploreJob } from './worker.ts';

/** Explores in a thread of its own, which loads the mutated code. */
export const exploreInThread = (job: ExploreJob): Promise<Exploration> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: job, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
