import { EventEmitter } from 'node:events';
import { run, type Runner, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import type { Clock, Logger, Random } from '../ports.ts';
import { CLEAN_UP_POLICY, type CleanUpPolicy } from '../services/cleanup/policy.ts';
import {
  MAIL_TIMES,
  type MailConfig,
  type MailDeps,
  type MailTimes,
  type Sender,
} from '../services/mail/context.ts';
import { jobLogger } from './log.ts';
import { type JobMetrics, noMetrics } from './metrics.ts';
import { Presence } from './presence.ts';
import { releaseJobsOfTheDead } from './takeover.ts';
import { CRONTAB, taskList } from './tasks.ts';

interface WorkerSettings {
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

const WORKER_SETTINGS: WorkerSettings = {
  concurrency: 4,
  pollMs: 2_000,
  takeOverMs: 10_000,
  shutdownMs: 5_000,
  crontab: CRONTAB,
};

export interface WorkerDeps {
  /** For the queue, on connections of its own; the verbs use `db`. */
  databaseUrl: string;
  db: MailDeps['db'];
  mailer: Sender;
  clock: Clock;
  random: Random;
  log: Logger;
  config: MailConfig;
  metrics?: JobMetrics;
  cleanUp?: Partial<CleanUpPolicy>;
  mailTimes?: Partial<MailTimes>;
  settings?: Partial<WorkerSettings>;
}

export interface RunningWorker {
  /** Waits for the jobs in hand, at most `shutdownMs`, and closes what this worker opened. */
  stop(): Promise<void>;
}

/**
 * Starts working on the queue. When the queue's own loop ends, as it may after an outage of Postgres, it is started
 * anew under another name; only `stop` ends it.
 * @throws what the first start meets, such as a database that is not there
 */
export const startWorker = async (deps: WorkerDeps): Promise<RunningWorker> => {
  const settings = { ...WORKER_SETTINGS, ...deps.settings };
  const stopping = new AbortController();
  let shift = await startShift(deps, settings);
  const supervising = (async () => {
    for (;;) {
      await shift.over;
      await shift.close();
      if (stopping.signal.aborted) return;
      deps.log.error({}, 'the queue stopped by itself and is started again');
      const next = await startAgain(deps, settings, stopping.signal);
      if (next === null) return;
      shift = next;
      if (stopping.signal.aborted) shift.stop();
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      shift.stop();
      await supervising;
    },
  };
};

const startAgain = async (
  deps: WorkerDeps,
  settings: WorkerSettings,
  stopping: AbortSignal,
): Promise<Shift | null> => {
  for (;;) {
    try {
      await deps.clock.sleep(1_000, stopping);
    } catch {
      return null;
    }
    try {
      return await startShift(deps, settings);
    } catch (error) {
      deps.log.warn(
        { error: error instanceof Error ? error.name : 'error' },
        'the queue could not be started again yet',
      );
    }
  }
};

/** One life of the queue's loop, with its own connections and its own name. */
interface Shift {
  over: Promise<void>;
  stop(): void;
  close(): Promise<void>;
}

const startShift = async (deps: WorkerDeps, settings: WorkerSettings): Promise<Shift> => {
  const { databaseUrl, clock, log } = deps;
  // One each for listening and for taking over, besides the jobs.
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'portcullis worker',
    max: settings.concurrency + 3,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  pool.on('error', (error) => log.warn({ error: error.name }, 'an idle connection of the worker was lost'));
  let presence: Presence | null = null;
  let name = '';
  const events: WorkerEvents = new EventEmitter();
  events.on('pool:create', ({ workerPool }) => {
    name = workerPool.id;
    presence = new Presence(databaseUrl, name, clock, log);
  });
  let begun: Promise<void> | null = null;
  // Held back until the presence stands: a job locked before would look like a dead worker's.
  const startWorkerHook = () => (begun ??= presence?.begin() ?? Promise.resolve());
  let runner: Runner;
  try {
    runner = await run({
      pgPool: pool,
      events,
      taskList: taskList(taskDeps(deps)),
      crontab: settings.crontab,
      concurrency: settings.concurrency,
      pollInterval: settings.pollMs,
      gracefulShutdownAbortTimeout: settings.shutdownMs,
      noHandleSignals: true,
      logger: jobLogger(log),
      preset: {
        plugins: [
          {
            name: 'portcullis-presence',
            version: '1.0.0',
            worker: { hooks: { startWorker: startWorkerHook } },
          },
        ],
      },
    });
  } catch (error) {
    await pool.end();
    throw error;
  }
  const ended = new AbortController();
  let stopped: Promise<void> = Promise.resolve();
  const sweeping = sweep(pool, name, settings.takeOverMs, deps, ended.signal);
  return {
    over: runner.promise.catch((error: unknown) =>
      log.error({ error: error instanceof Error ? error.message : 'error' }, 'the queue ended with an error'),
    ),
    stop: () => {
      // Rejects when the loop has ended by itself already.
      stopped = runner.stop().catch(() => undefined);
    },
    close: async () => {
      ended.abort();
      await Promise.all([sweeping, stopped]);
      await jobsWrittenBack(pool, name, clock);
      await presence?.end();
      await pool.end();
    },
  };
};

const taskDeps = (deps: WorkerDeps) => {
  const { db, clock, random, log, config } = deps;
  const mail = {
    db,
    clock,
    random,
    log,
    config,
    sender: deps.mailer,
    times: { ...MAIL_TIMES, ...deps.mailTimes },
  };
  const cleanUp = { db, clock, log, policy: { ...CLEAN_UP_POLICY, ...deps.cleanUp } };
  return { mail, cleanUp, clock, log, metrics: deps.metrics ?? noMetrics };
};

const sweep = async (
  pool: pg.Pool,
  own: string,
  everyMs: number,
  { clock, log }: WorkerDeps,
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

/** A job that was given up is written back just after the loop ends: without this its lock would outlive its worker. */
const jobsWrittenBack = async (pool: pg.Pool, own: string, clock: Clock): Promise<void> => {
  const untilMs = clock.monotonicMs() + 2_000;
  try {
    for (;;) {
      const { rowCount } = await pool.query(
        'SELECT 1 FROM graphile_worker.jobs WHERE locked_by = $1 LIMIT 1',
        [own],
      );
      if (rowCount === 0 || clock.monotonicMs() > untilMs) return;
      await clock.sleep(25);
    }
  } catch {
    // Without the database nothing can be written back; the lock of the presence is gone as well, so others take over.
  }
};
