import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Given } from '../run-seed.ts';
import { emptySum, merge, type Sum } from './sum.ts';
import type { Job, JobResult } from './worker.ts';

export interface PoolOptions {
  from: number;
  count: number;
  /** Null: the code as it is. */
  mutant: string | null;
  stopAtFirst: boolean;
  given?: Given;
  threads?: number;
  /** Seeds that a thread takes at a time. */
  chunk?: number;
  progress?: (sum: Sum) => void;
}

export interface PoolResult {
  sum: Sum;
  /** By seed, smallest first. */
  violations: { seed: number; texts: string[] }[];
}

/**
 * Plays seeds on as many threads as there are cores. Which thread plays a seed changes nothing about it.
 * @throws Error when a thread dies: a mutant that does not apply, a bug of the simulator
 */
export const playSeeds = async (options: PoolOptions): Promise<PoolResult> => {
  const {
    from,
    count,
    mutant,
    stopAtFirst,
    given = {},
    threads = Math.max(1, availableParallelism()),
    chunk = 100,
  } = options;
  const result: PoolResult = { sum: emptySum(), violations: [] };
  const end = from + count;
  let next = from;
  const isOver = () => next >= end || (stopAtFirst && result.violations.length > 0);
  const thread = async () => {
    if (isOver()) return;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { mutant, given },
      execArgv: [],
    });
    try {
      while (!isOver()) {
        const job: Job = { from: next, count: Math.min(chunk, end - next), stopAtFirst };
        next += job.count;
        const { sum, violations } = await ask(worker, job);
        merge(result.sum, sum);
        result.violations.push(...violations);
        options.progress?.(result.sum);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, thread));
  result.violations.sort((a, b) => a.seed - b.seed);
  return result;
};

const ask = (worker: Worker, job: Job): Promise<JobResult> =>
  new Promise((resolve, reject) => {
    worker.once('message', (result: JobResult) => {
      worker.off('error', reject);
      resolve(result);
    });
    worker.once('error', reject);
    worker.postMessage(job);
  });
