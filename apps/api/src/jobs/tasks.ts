import type { JobHelpers, Task, TaskList } from 'graphile-worker';
import type { MailJob } from '../domain/mail-job.ts';
import type { Clock, Logger } from '../ports.ts';
import { cleanUp } from '../services/cleanup/clean-up.ts';
import type { CleanUpDeps } from '../services/cleanup/policy.ts';
import type { MailDeps } from '../services/mail/context.ts';
import { deliverMail } from '../services/mail/deliver.ts';
import type { JobMetrics } from './metrics.ts';
import { parseCleanUpJob, parseMailJob, PoisonPayload } from './payloads.ts';
import { keptError } from './redact.ts';

declare global {
  namespace GraphileWorker {
    interface Tasks {
      mail: MailJob;
      clean_up: { _cron?: object };
    }
  }
}

/** Every ten minutes, by whichever worker is first; one run missed is made up for by the next. */
export const CRONTAB = '*/10 * * * * clean_up ?max=2&jobKey=clean_up {}';

export interface TaskDeps {
  mail: MailDeps;
  cleanUp: CleanUpDeps;
  metrics: JobMetrics;
  clock: Clock;
  log: Logger;
}

// What the library's `permanentlyFailJobs` does, which refuses a job that is running: no further attempt is made.
const BURY =
  'UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE id = $1 AND locked_by = $2';

export const taskList = (deps: TaskDeps): TaskList => ({
  mail: guarded(async (payload, helpers) => {
    const job = parseMailJob(payload);
    try {
      const { template, outcome } = await deliverMail(deps.mail, job, helpers.abortSignal);
      deps.metrics.mail(template, outcome);
      deps.log.info(
        { template, outcome, noticeId: job.noticeId, attempt: helpers.job.attempts },
        'mail job done',
      );
    } catch (error) {
      deps.metrics.mail(job.kind, 'failed');
      throw error;
    }
  }),
  clean_up: guarded(async (payload, helpers) => {
    parseCleanUpJob(payload);
    await cleanUp(deps.cleanUp, helpers.abortSignal);
  }),
});

/**
 * A job that fails keeps its error for the operator, without addresses. One whose payload nobody can read is a dead
 * letter at once: trying again would not help.
 */
const guarded =
  (work: (payload: unknown, helpers: JobHelpers) => Promise<void>): Task =>
  async (payload, helpers) => {
    try {
      await work(payload, helpers);
    } catch (error) {
      if (error instanceof PoisonPayload) await helpers.query(BURY, [helpers.job.id, helpers.job.locked_by]);
      const kept = new Error(keptError(error));
      // Its frames would say only that it was made here.
      delete kept.stack;
      throw kept;
    }
  };
