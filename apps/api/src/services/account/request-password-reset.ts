import type { CheckYourEmail, EmailOnlyInput } from '@portcullis/contracts/account';
import { enqueueMail } from '../../db/enqueue.ts';
import { AccountEntity } from '../../db/entities/account.ts';
import { emailKey } from '../../domain/email.ts';
import type { RequestContext } from '../context.ts';
import { audit, databaseTime } from '../record.ts';

/** Asks the worker for a link to the stored address. The same answer and the same writes for a stranger's address. */
export const requestPasswordReset = async (
  ctx: RequestContext,
  input: EmailOnlyInput,
): Promise<CheckYourEmail> => {
  const { limiter, db, random } = ctx.deps;
  await limiter.consume('mail_ip', ctx.ip ?? 'none');
  const key = emailKey(input.email);
  const mayMail = await limiter.tryConsume('mail_mailbox', key);
  await db.write(ctx.deadlineMs, async (tx) => {
    const account = await tx.findOne(AccountEntity, { emailKey: key, deletedAt: null, disabledAt: null });
    const accountId = account !== null && mayMail ? account.id : null;
    audit(tx, ctx, await databaseTime(tx), {
      accountId: account?.id ?? null,
      type: 'password_reset_requested',
      actor: 'anonymous',
    });
    await enqueueMail(tx, {
      kind: 'reset_password',
      noticeId: random.uuid(),
      accountId,
      linkEpoch: account?.linkEpoch ?? 0,
    });
  });
  return { status: 'check_your_email' };
};
