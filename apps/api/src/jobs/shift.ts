import { EventEmitter } from 'node:events';
import { run, type Runner, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import pg from 'pg';
import type { Clock, Logger } from '../ports.ts';
import { jobLogger } from './log.ts';
import { Presence } from './presence.ts';
import { QueueClient } from './queue-client.ts';
import { releaseJobsOfTheDead } from './takeover.ts';
import { taskList, type TaskDeps } from './tasks.ts';

export interface ShiftSettings {
  /** Jobs at a time. */
  concurrency: number;
  /** How often to look for retries that became due; new jobs announce themselves. */
  pollMs: number;
  /** How often to look for workers that died. */
  takeOverMs: number;
  /** How long running jobs may go on after `stop`, before they are given up and left to others. */
  shutdownMs: number;
  crontab: string;
}

export interface ShiftDeps {
  databaseUrl: string;
  clock: Clock;
  log: Logger;
  tasks: TaskDeps;
}

/** For writing back what ended last; the library's own forced end takes as long. */
const FLUSH_MS = 5_000;

/** One life of the queue's loop, with its own connections and its own name. */
export interface Shift {
  /** Resolves when no job is in hand any more and all are written back, or could not be. */
  over: Promise<void>;
  stop(): void;
  /** Closes everything this shift opened; after `over`. */
  close(): Promise<void>;
}

/** @throws what the library meets, such as a database that is not there */
export const startShift = async (deps: ShiftDeps, settings: ShiftSettings): Promise<Shift> => {
  const { clock, log } = deps;
  const pool = queuePool(deps, settings);
  const events: WorkerEvents = new EventEmitter();
  let presence: Presence | null = null;
  let name = '';
  events.on('pool:create', ({ workerPool }: { workerPool: WorkerPool }) => {
    name = workerPool.id;
    presence = new Presence(deps.databaseUrl, name, clock, log);
  });
  const ended = new AbortController();
  const over = endOf(events, clock, ended.signal);
  let begun: Promise<void> | null = null;
  // Held back until the presence stands: a job locked before would look like a dead worker's.
  const standUp = () => (begun ??= presence?.begin() ?? Promise.resolve());
  let runner: Runner;
  try {
    runner = await run(runnerOptions(deps, settings, pool, events, standUp));
  } catch (error) {
    await pool.end();
    throw error;
  }
  runner.promise.catch((error: unknown) =>
    log.error({ error: error instanceof Error ? error.message : 'error' }, 'the queue ended with an error'),
  );
  const sweeping = sweep(pool, name, settings.takeOverMs, deps, ended.signal);
  return {
    over,
    stop: () => {
      // Rejects when the loop has ended by itself already.
      runner.stop().catch(() => undefined);
      // Nobody waits any longer for a presence that no database answers.
      if (presence?.isHeld === false) void presence.end();
    },
    close: async () => {
      ended.abort();
      await sweeping;
      await presence?.end();
      await pool.end();
    },
  };
};

/**
 * Not the runner's own end: that waits up to a minute for its cron, which an outage has put to sleep. The pool's comes
 * in time, but never once two jobs could not be written back (the library then counts one of them twice): whoever has
 * no job in hand any more waits for it only so long.
 */
const endOf = (events: WorkerEvents, clock: Clock, closed: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const soon = () => void clock.sleep(FLUSH_MS, closed).then(resolve, () => undefined);
    events.once('pool:release', () => resolve());
    events.once('pool:gracefulShutdown:complete', soon);
    events.once('pool:gracefulShutdown:error', soon);
  });

const queuePool = ({ databaseUrl, log }: ShiftDeps, { concurrency }: ShiftSettings): pg.Pool => {
  // One each for listening and for taking over, besides the jobs.
  const pool = new pg.Pool({
    Client: QueueClient,
    connectionString: databaseUrl,
    application_name: 'portcullis worker',
    max: concurrency + 3,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', (error) => log.warn({ error: error.name }, 'an idle connection of the worker was lost'));
  // Whoever is using a connection that breaks is told by its statement; without a listener the process would end.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
};

const runnerOptions = (
  { log, tasks }: ShiftDeps,
  settings: ShiftSettings,
  pool: pg.Pool,
  events: WorkerEvents,
  standUp: () => Promise<void>,
) => ({
  pgPool: pool,
  events,
  taskList: taskList(tasks),
  crontab: settings.crontab,
  concurrency: settings.concurrency,
  pollInterval: settings.pollMs,
  gracefulShutdownAbortTimeout: settings.shutdownMs,
  noHandleSignals: true,
  logger: jobLogger(log),
  preset: {
    // Without a delay given the library forgets to wait for the statement that ends a job: if that failed, nobody
    // would handle the rejection and the process would end.
    worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
    plugins: [{ name: 'portcullis-presence', version: '1.0.0', worker: { hooks: { startWorker: standUp } } }],
  },
});

const sweep = async (
  pool: pg.Pool,
  own: string,
  everyMs: number,
  { clock, log }: ShiftDeps,
  ended: AbortSignal,
): Promise<void> => {
  while (!ended.aborted) {
    await releaseJobsOfTheDead(pool, own, log).catch((error: unknown) => {
      log.warn(
        { error: error instanceof Error ? error.message : 'error' },
        'could not look for dead workers',
      );
    });
    await clock.sleep(everyMs, ended).catch(() => undefined);
  }
};
