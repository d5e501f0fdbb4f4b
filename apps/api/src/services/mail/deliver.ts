import type { MailJob } from '../../domain/mail-job.ts';
import type { MailTemplate } from '../../mail/content.ts';
import type { MailDeps, PreparedMail } from './context.ts';
import { dropLink } from './links.ts';
import { recordSent, releaseNotice, type TakenNotice, takeNotice } from './notice.ts';
import { prepareMail } from './prepare.ts';
import { sendKept, wasNotAccepted } from './send.ts';

/** `dropped`: there is nothing (or nothing useful any more) to say, or nobody to say it to. */
export type MailOutcome = 'sent' | 'dropped' | 'already_sent' | 'failed';

export interface Delivery {
  template: MailTemplate;
  outcome: Exclude<MailOutcome, 'failed'>;
}

const LOOK_AGAIN_MS = 500;

/**
 * Sends the mail of one event, once. A second copy, with the same Message-ID, is possible only if this process dies,
 * is stopped or loses the line between the mail server's acceptance and its record here.
 * @throws SmtpError, NoticeLost, AuthError `unavailable`; the job is then tried again
 */
export const deliverMail = async (deps: MailDeps, job: MailJob, signal: AbortSignal): Promise<Delivery> => {
  if (hasNobody(job)) return { template: job.kind, outcome: 'dropped' };
  const notice = await waitForNotice(deps, job.noticeId, signal);
  if (typeof notice === 'string') return { template: job.kind, outcome: notice };
  let mail: PreparedMail | null = null;
  try {
    mail = await deps.db.write(deps.clock.monotonicMs() + deps.times.databaseMs, (tx) =>
      prepareMail(tx, deps, notice, job),
    );
    if (mail !== null) await sendKept(deps, notice, mail, signal);
  } catch (error) {
    await undo(deps, notice, mail, error);
    throw error;
  }
  if (mail === null) {
    await releaseNotice(deps, notice);
    return { template: job.kind, outcome: 'dropped' };
  }
  await recordSent(deps, notice, signal);
  return { template: mail.template, outcome: 'sent' };
};

/** The request named no account or registration; it was queued only so that every request does the same work. */
const hasNobody = (job: MailJob): boolean =>
  (job.kind === 'sign_up' && job.registrationId === null) ||
  (job.kind === 'reset_password' && job.accountId === null);

/** While another sender has the notice, it is either about to be sent or about to fall free. */
const waitForNotice = async (
  deps: MailDeps,
  id: string,
  signal: AbortSignal,
): Promise<TakenNotice | 'already_sent' | 'dropped'> => {
  const { clock, times } = deps;
  const untilMs = clock.monotonicMs() + times.leaseMs + 5_000;
  for (;;) {
    const taking = await takeNotice(deps, id);
    if (taking.kind === 'taken') return taking.notice;
    if (taking.kind === 'sent') return 'already_sent';
    // Its row is cleaned away long after the event.
    if (taking.kind === 'gone') return 'dropped';
    if (clock.monotonicMs() > untilMs) throw new Error('another sender is at work on this mail');
    await clock.sleep(Math.min(LOOK_AGAIN_MS, times.leaseMs / 4), signal);
  }
};

/** Makes the next attempt free to start. Failing here costs only time: the lease ends by itself. */
const undo = async (
  deps: MailDeps,
  notice: TakenNotice,
  mail: PreparedMail | null,
  error: unknown,
): Promise<void> => {
  try {
    // A link that may lie in a mailbox stays good; one that was certainly not delivered would only count as live.
    if (mail?.verificationId !== undefined && wasNotAccepted(error))
      await dropLink(deps, mail.verificationId);
    await releaseNotice(deps, notice);
  } catch {
    deps.log.warn({ noticeId: notice.id }, 'a notice could not be given back; it falls free by itself');
  }
};
