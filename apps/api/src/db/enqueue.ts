import type { Tx } from './transaction.ts';

/**
 * What a mail job carries: names of rows and addresses, never a secret. The worker mints the secret of a link when it
 * sends, and only while `linkEpoch` is still the account's (G9). A null id keeps the work of a request the same
 * whether or not somebody is behind the address; the worker drops such a job.
 */
export type MailJob =
  | { kind: 'sign_up'; noticeId: string; registrationId: string | null }
  | { kind: 'reset_password'; noticeId: string; accountId: string | null; linkEpoch: number }
  | { kind: 'change_email'; noticeId: string; accountId: string; linkEpoch: number; newEmail: string }
  /** To the old address, with the link that undoes the change. */
  | { kind: 'email_changed'; noticeId: string; accountId: string; oldEmail: string }
  | { kind: 'email_restored'; noticeId: string; accountId: string }
  | { kind: 'password_reset' | 'password_changed'; noticeId: string; accountId: string; at: string }
  | { kind: 'account_deleted'; noticeId: string; to: string };

export type MailKind = MailJob['kind'];

export interface JobPayloads {
  mail: MailJob;
}

/** Attempts with exponential back-off; the sixth failure leaves a dead letter for the operator. */
const MAIL_ATTEMPTS = 6;

/**
 * Adds the job and its notice in the caller's transaction: they exist if and only if the event is committed (G3).
 */
export const enqueueMail = async (tx: Tx, job: MailJob): Promise<void> => {
  const messageId = `<${job.noticeId}@portcullis>`;
  await tx.execute('INSERT INTO portcullis.notice (id, kind, message_id) VALUES (?, ?, ?)', [job.noticeId, job.kind, messageId], 'run');
  await tx.execute(
    'SELECT graphile_worker.add_job(?, payload := ?::json, max_attempts := ?, job_key := ?)',
    ['mail', JSON.stringify(job), MAIL_ATTEMPTS, `mail:${job.noticeId}`],
    'run',
  );
};
