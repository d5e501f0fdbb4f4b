import type { CheckYourEmail, EmailOnlyInput } from '@portcullis/contracts/account';
import { enqueueMail } from '../../db/enqueue.ts';
import { emailKey } from '../../domain/email.ts';
import type { RequestContext } from '../context.ts';

const NEWEST = `
SELECT id FROM portcullis.registration WHERE email_key = ? AND expires_at > clock_timestamp() ORDER BY created_at DESC, id DESC LIMIT 1`;

/** Mails the newest registration's link again. The same answer and the same writes whether there is one or not. */
export const requestEmailVerification = async (
  ctx: RequestContext,
  input: EmailOnlyInput,
): Promise<CheckYourEmail> => {
  const { limiter, db, random } = ctx.deps;
  await limiter.consume('mail_ip', ctx.ip ?? 'none');
  const key = emailKey(input.email);
  const mayMail = await limiter.tryConsume('mail_mailbox', key);
  await db.write(ctx.deadlineMs, async (tx) => {
    const rows = await tx.execute<{ id: string }[]>(NEWEST, [key]);
    await enqueueMail(tx, {
      kind: 'sign_up',
      noticeId: random.uuid(),
      registrationId: (mayMail && rows[0]?.id) || null,
    });
  });
  return { status: 'check_your_email' };
};
