import type { MailCause } from '../domain/mail-cause.ts';
import type { MailJob } from '../domain/mail-job.ts';
import type { Tx } from './transaction.ts';

/** With a back-off from three seconds to two hours, over three and a half hours in all; then a dead letter is left. */
const MAIL_ATTEMPTS = 10;

/**
 * Adds the job and its notice in the caller's transaction: they exist if and only if the event is committed (G3).
 * @param cause the request behind it; null: nobody's
 */
export const enqueueMail = async (tx: Tx, job: MailJob, cause: MailCause | null): Promise<void> => {
  const messageId = `<${job.noticeId}@portcullis>`;
  await tx.execute(
    'INSERT INTO portcullis.notice (id, kind, message_id, cause) VALUES (?, ?, ?, ?::jsonb)',
    [job.noticeId, job.kind, messageId, cause === null ? null : JSON.stringify(cause)],
    'run',
  );
  await tx.execute(
    'SELECT graphile_worker.add_job(?, payload := ?::json, max_attempts := ?, job_key := ?)',
    ['mail', JSON.stringify(job), MAIL_ATTEMPTS, `mail:${job.noticeId}`],
    'run',
  );
};
