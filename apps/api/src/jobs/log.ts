import { Logger as JobLogger } from 'graphile-worker';
import type { Logger } from '../ports.ts';
import { redactAddresses } from './redact.ts';

/**
 * The library's messages as this program's log lines. Its extra data is left out: it holds whole jobs, whose payloads
 * have addresses. What it calls information is one line per job, which is for debugging here.
 */
export const jobLogger = (log: Logger): JobLogger =>
  new JobLogger((scope) => (level, message) => {
    const fields = { worker: scope.workerId, task: scope.taskIdentifier, jobId: scope.jobId };
    const line = redactAddresses(message);
    if (level === 'error') log.error(fields, line);
    else if (level === 'warning') log.warn(fields, line);
    else log.debug(fields, line);
  });
