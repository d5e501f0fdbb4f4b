import type { Clock, Logger, Random } from '../ports.ts';
import { CLEAN_UP_POLICY, type CleanUpPolicy } from '../services/cleanup/policy.ts';
import {
  MAIL_TIMES,
  type MailConfig,
  type MailDeps,
  type MailTimes,
  type Sender,
} from '../services/mail/context.ts';
import { type JobMetrics, noMetrics } from './metrics.ts';
import { type Shift, type ShiftDeps, type ShiftSettings, startShift } from './shift.ts';
import { CRONTAB, type TaskDeps } from './tasks.ts';

const SETTINGS: ShiftSettings = {
  concurrency: 4,
  pollMs: 2_000,
  takeOverMs: 10_000,
  shutdownMs: 5_000,
  crontab: CRONTAB,
};
const START_AGAIN_MS = 1_000;

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
  settings?: Partial<ShiftSettings>;
}

export interface RunningWorker {
  /** False while the queue's loop is away and is being started again. */
  isWorking(): boolean;
  /** Waits for the jobs in hand, at most `shutdownMs`, and closes what this worker opened. */
  stop(): Promise<void>;
}

/**
 * Starts working on the queue. When the queue's own loop ends, as it may after an outage of Postgres, it is started
 * anew under another name; only `stop` ends it.
 * @throws what the first start meets, such as a database that is not there
 */
export const startWorker = async (deps: WorkerDeps): Promise<RunningWorker> => {
  const settings = { ...SETTINGS, ...deps.settings };
  const { databaseUrl, clock, log } = deps;
  const shiftDeps = { databaseUrl, clock, log, tasks: taskDeps(deps) };
  const stopping = new AbortController();
  let shift = await startShift(shiftDeps, settings);
  let working = true;
  const supervising = (async () => {
    for (;;) {
      await shift.over;
      working = false;
      await shift.close();
      if (stopping.signal.aborted) return;
      log.error({}, 'the queue stopped by itself and is started again');
      const next = await startAgain(shiftDeps, settings, stopping.signal);
      if (next === null) return;
      shift = next;
      working = true;
      if (stopping.signal.aborted) shift.stop();
    }
  })();
  return {
    isWorking: () => working,
    stop: async () => {
      stopping.abort();
      shift.stop();
      await supervising;
    },
  };
};

/** Null when it was told to stop. */
const startAgain = async (
  deps: ShiftDeps,
  settings: ShiftSettings,
  stopping: AbortSignal,
): Promise<Shift | null> => {
  while (!stopping.aborted) {
    try {
      return await startShift(deps, settings);
    } catch (error) {
      deps.log.warn({ err: error }, 'the queue could not be started again yet');
      await deps.clock.sleep(START_AGAIN_MS, stopping).catch(() => undefined);
    }
  }
  return null;
};

const taskDeps = (deps: WorkerDeps): TaskDeps => {
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
