import type { CheckYourEmail, RequestEmailChangeInput } from '@portcullis/contracts/account';
import { lockAccount } from '../../db/repository.ts';
import { emailKey } from '../../domain/email.ts';
import { AuthError } from '../../errors.ts';
import type { SignedInContext } from '../context.ts';
import { byAddress, limited, mailingTo, spend } from '../limits.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { isLive } from '../session/steps.ts';

/**
 * Mails a confirmation to the new address; nothing changes until it is confirmed. Whether the address is taken is the
 * worker's business: the answer and the work are the same.
 * @throws AuthError `step_up_required` when the password was proven too long ago (RFC 9470).
 */
export const requestEmailChange = async (
  ctx: SignedInContext,
  input: RequestEmailChangeInput,
): Promise<CheckYourEmail> => {
  const { authority, config } = ctx.deps;
  const age = authority.databaseNow().getTime() - ctx.caller.session.authenticatedAt;
  if (age > config.stepUpSeconds * 1000)
    throw new AuthError('step_up_required', { maxAgeSeconds: config.stepUpSeconds });
  await spend(ctx, { rule: 'write_session', key: ctx.caller.sessionId });
  // Whoever has an account could else have strangers mailed at the pace of a session's writes.
  await limited(ctx, byAddress('mail_ip', ctx.ip), () =>
    mailingTo(ctx, emailKey(input.newEmail), (mayMail) => request(ctx, input, mayMail)),
  );
  return { status: 'check_your_email' };
};

const request = async (
  ctx: SignedInContext,
  input: RequestEmailChangeInput,
  mayMail: boolean,
): Promise<void> => {
  const { db, random } = ctx.deps;
  await db.write(ctx.deadlineMs, async (tx) => {
    const account = await lockAccount(tx, ctx.caller.accountId);
    if (account === null || !(await isLive(tx, ctx.caller.sessionId, account.id)))
      throw new AuthError('session_revoked');
    audit(tx, ctx, await databaseTime(tx), {
      accountId: account.id,
      type: 'email_change_requested',
      sessionId: ctx.caller.sessionId,
    });
    if (mayMail)
      await requestMail(tx, ctx, {
        kind: 'change_email',
        noticeId: random.uuid(),
        accountId: account.id,
        linkEpoch: account.linkEpoch,
        newEmail: input.newEmail,
      });
    await tx.flush();
  });
};
