import { enqueueMail } from '../../db/enqueue.ts';
import type { Tx } from '../../db/transaction.ts';
import { mailCause } from '../../domain/mail-cause.ts';
import type { MailJob } from '../../domain/mail-job.ts';
import type { RequestContext } from '../context.ts';

/**
 * Asks the worker for a mail, in the transaction of what it is about (G3), and keeps with it what the mail says of this
 * request: the same work whether or not anybody is behind the address.
 */
export const requestMail = (
  tx: Tx,
  { ip, language, userAgent, deps }: Pick<RequestContext, 'deps' | 'ip' | 'userAgent' | 'language'>,
  job: MailJob,
): Promise<void> => enqueueMail(tx, job, mailCause({ ...deps.describeUserAgent(userAgent), ip, language }));
