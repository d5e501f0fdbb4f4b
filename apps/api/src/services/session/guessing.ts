import type { RequestContext } from '../context.ts';
import { requestMail } from '../mail/request.ts';

/**
 * Strangers have used up what the account lets them try: its owner is told, once a day. The same work whether or not
 * there is one; what comes of it changes nothing about the refusal.
 */
export const tellOwner = async (
  ctx: RequestContext,
  emailKey: string,
  accountId: string | null,
): Promise<void> => {
  const { limiter, db, random, log } = ctx.deps;
  if (!(await limiter.tryConsume('sign_in_notice', emailKey))) return;
  try {
    await db.write(ctx.deadlineMs, (tx) =>
      requestMail(tx, ctx, { kind: 'sign_ins_refused', noticeId: random.uuid(), accountId }),
    );
  } catch (error) {
    await limiter.refund('sign_in_notice', emailKey);
    log.warn(
      { err: error, requestId: ctx.requestId },
      'the owner of an account could not be told of guesses',
    );
  }
};
