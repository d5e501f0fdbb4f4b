import type { MailJob } from '../../domain/mail-job.ts';
import type { Tx } from '../../db/transaction.ts';
import {
  accountDeletedMail,
  emailRestoredMail,
  passwordChangedMail,
  passwordResetMail,
} from '../../mail/notice-mails.ts';
import type { MailDeps, NoticeFacts, PreparedMail } from './context.ts';
import { prepareEmailChange, prepareEmailChanged } from './email-change.ts';
import { prepareResetPassword } from './reset-password.ts';
import { prepareSignUp } from './sign-up.ts';

const ADDRESS = 'SELECT email FROM portcullis.account WHERE id = ? AND deleted_at IS NULL';

const addressOf = async (tx: Tx, accountId: string): Promise<string | null> =>
  (await tx.execute<{ email: string }[]>(ADDRESS, [accountId]))[0]?.email ?? null;

/** Decides by the newest state whether there is still something to mail, and mints the link if there is one. */
export const prepareMail = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  job: MailJob,
): Promise<PreparedMail | null> => {
  switch (job.kind) {
    case 'sign_up':
      return job.registrationId === null ? null : prepareSignUp(tx, deps, job.registrationId);
    case 'reset_password':
      return job.accountId === null
        ? null
        : prepareResetPassword(tx, deps, notice, { ...job, accountId: job.accountId });
    case 'change_email':
      return prepareEmailChange(tx, deps, notice, job);
    case 'email_changed':
      return prepareEmailChanged(tx, deps, notice, job);
    case 'account_deleted':
      return { template: 'account_deleted', to: job.to, content: accountDeletedMail(notice.at) };
    case 'email_restored':
    case 'password_reset':
    case 'password_changed':
      return prepareTelling(tx, deps, notice, job);
  }
};

type TellingJob = Extract<MailJob, { kind: 'email_restored' | 'password_reset' | 'password_changed' }>;

const prepareTelling = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  job: TellingJob,
): Promise<PreparedMail | null> => {
  const to = await addressOf(tx, job.accountId);
  if (to === null) return null;
  const { publicUrl } = deps.config;
  const at = 'at' in job ? new Date(job.at) : notice.at;
  switch (job.kind) {
    case 'email_restored':
      return { template: job.kind, to, content: emailRestoredMail(publicUrl, at) };
    case 'password_reset':
      return { template: job.kind, to, content: passwordResetMail(publicUrl, at) };
    case 'password_changed':
      return { template: job.kind, to, content: passwordChangedMail(publicUrl, at) };
  }
};
