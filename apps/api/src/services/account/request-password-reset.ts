import type { CheckYourEmail, EmailOnlyInput } from '@portcullis/contracts/account';
import { AccountEntity } from '../../db/entities/account.ts';
import { emailKey } from '../../domain/email.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, limited, mailingTo } from '../limits.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';

/** Asks the worker for a link to the stored address. The same answer and the same writes for a stranger's address. */
export const requestPasswordReset = async (
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
    const account = await tx.findOne(AccountEntity, { emailKey: key, deletedAt: null, disabledAt: null });
    const accountId = account !== null && mayMail ? account.id : null;
    audit(tx, ctx, await databaseTime(tx), {
      accountId: account?.id ?? null,
      type: 'password_reset_requested',
      actor: 'anonymous',
    });
    await requestMail(tx, ctx, {
      kind: 'reset_password',
      noticeId: random.uuid(),
      accountId,
      linkEpoch: account?.linkEpoch ?? 0,
    });
  });
};
