import type { ConfirmEmailChangeOutput, TokenInput } from '@portcullis/contracts/account';
import { isUniqueViolation } from '../../db/outage.ts';
import { emailKey } from '../../domain/email.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext, SignedIn } from '../context.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { countOthers, endAllSessions, isLive } from '../session/steps.ts';
import { findLink, requireLink, spendLink } from './links.ts';

/**
 * Moves the account to the address that the link was mailed to, ends all sessions but the caller's, and tells the old
 * address with a link that undoes it.
 * @throws AuthError `verification_invalid`, also when the address was taken meanwhile.
 */
export const confirmEmailChange = async (
  ctx: RequestContext & { caller?: SignedIn },
  input: TokenInput,
): Promise<ConfirmEmailChangeOutput> => {
  const { authority, random, hints } = ctx.deps;
  const link = await requireLink(ctx, input.token, 'change_email');
  const newEmail = link.email;
  if (newEmail === null) throw new AuthError('verification_invalid');
  const own = ctx.caller?.accountId === link.accountId ? ctx.caller : null;
  const done = authority.revoking<ConfirmEmailChangeOutput>(
    link.accountId,
    ctx.deadlineMs,
    async (tx, account) => {
      if (account === null || (await findLink(tx, input.token, 'change_email')) === null)
        throw new AuthError('verification_invalid');
      const kept = own !== null && (await isLive(tx, own.sessionId, account.id)) ? own.sessionId : null;
      return {
        ends: true,
        apply: async () => {
          const at = await databaseTime(tx);
          const oldEmail = account.email;
          const sessionsEnded = await countOthers(tx, account, kept);
          await spendLink(tx, link, at);
          audit(tx, ctx, at, {
            accountId: account.id,
            type: 'email_changed',
            actor: 'link',
            sessionId: kept,
            details: { sessionsEnded },
          });
          await requestMail(tx, ctx, {
            kind: 'email_changed',
            noticeId: random.uuid(),
            accountId: account.id,
            oldEmail,
          });
          await endAllSessions(tx, account, {
            at,
            type: 'email_changed',
            cause: 'email_changed',
            actor: 'link',
            bySessionId: kept,
            keepSessionId: kept,
            linksDie: true,
          });
          account.email = newEmail;
          account.emailKey = emailKey(newEmail);
          account.updatedAt = at;
          await tx.flush();
          return { status: 'email_changed', sessionsEnded };
        },
      };
    },
  );
  const answer = await done.catch((error: unknown) => {
    throw isUniqueViolation(error) ? new AuthError('verification_invalid', { cause: error }) : error;
  });
  hints.publish(link.accountId);
  return answer;
};
