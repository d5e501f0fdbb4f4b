import type { CheckYourEmail, EmailOnlyInput } from '@portcullis/contracts/account';
import { emailKey } from '../../domain/email.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, limited, mailingTo } from '../limits.ts';
import { requestMail } from '../mail/request.ts';

const NEWEST = `
SELECT id FROM portcullis.registration WHERE email_key = ? AND expires_at > clock_timestamp() ORDER BY created_at DESC, id DESC LIMIT 1`;

/** Mails the newest registration's link again. The same answer and the same writes whether there is one or not. */
export const requestEmailVerification = async (
  ctx: RequestContext,
  input: EmailOnlyInput,
): Promise<CheckYourEmail> => {
  const key = emailKey(input.email);
  await limited(ctx, byAddress('mail_ip', ctx.ip), () =>
    mailingTo(ctx, key, (mayMail) => request(ctx, key, mayMail)),
  );
  return { status: 'check_your_email' };
};

const request = async (ctx: RequestContext, key: string, mayMail: boolean): Promise<void> => {
  const { db, random } = ctx.deps;
  await db.write(ctx.deadlineMs, async (tx) => {
    const rows = await tx.execute<{ id: string }[]>(NEWEST, [key]);
    await requestMail(tx, ctx, {
      kind: 'sign_up',
      noticeId: random.uuid(),
      registrationId: (mayMail && rows[0]?.id) || null,
    });
  });
};
