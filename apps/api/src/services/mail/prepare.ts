import type { MailJob, TellingKind } from '../../domain/mail-job.ts';
import type { Tx } from '../../db/transaction.ts';
import { composeNotice } from '../../mail/compose.ts';
import type { MailDeps, NoticeFacts, PreparedMail } from './context.ts';
import { prepareEmailChange, prepareEmailChanged } from './email-change.ts';
import { asAsked, asRemembered } from './facts.ts';
import { prepareResetPassword } from './reset-password.ts';
import { prepareSignUp } from './sign-up.ts';

const READER = 'SELECT email, language FROM portcullis.account WHERE id = ? AND deleted_at IS NULL';

/** Decides by the newest state whether there is still something to mail, and mints the link if there is one. */
export const prepareMail = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  job: MailJob,
): Promise<PreparedMail | null> => {
  switch (job.kind) {
    case 'sign_up':
      return job.registrationId === null ? null : prepareSignUp(tx, deps, notice, job.registrationId);
    case 'reset_password':
      return job.accountId === null
        ? null
        : prepareResetPassword(tx, deps, notice, { ...job, accountId: job.accountId });
    case 'change_email':
      return prepareEmailChange(tx, deps, notice, job);
    case 'email_changed':
      return prepareEmailChanged(tx, deps, notice, job);
    case 'account_deleted':
      return {
        template: job.kind,
        to: job.to,
        content: composeNotice(job.kind, asAsked(deps, notice, null)),
      };
    case 'email_restored':
    case 'password_reset':
    case 'password_changed':
      return prepareTelling(tx, deps, notice, job, asAsked);
    case 'sign_ins_refused':
      return job.accountId === null
        ? null
        : prepareTelling(tx, deps, notice, { ...job, accountId: job.accountId }, asRemembered);
    // Not the reader's own acts: an operator's, or of whoever has a copy of a secret.
    case 'session_reused':
    case 'sessions_ended':
    case 'account_disabled':
    case 'account_enabled':
      return prepareTelling(tx, deps, notice, job, asRemembered);
  }
};

type TellingJob =
  | Extract<MailJob, { kind: 'email_restored' | TellingKind }>
  | { kind: 'sign_ins_refused'; accountId: string };

const prepareTelling = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  job: TellingJob,
  factsOf: typeof asAsked,
): Promise<PreparedMail | null> => {
  const [reader] = await tx.execute<{ email: string; language: string | null }[]>(READER, [job.accountId]);
  if (reader === undefined) return null;
  // The moment that its revocation is recorded with, where the job names it.
  const at = 'at' in job ? new Date(job.at) : notice.at;
  const content = composeNotice(job.kind, factsOf(deps, { ...notice, at }, reader));
  return { template: job.kind, to: reader.email, content };
};
