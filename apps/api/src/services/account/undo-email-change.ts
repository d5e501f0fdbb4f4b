import type { TokenInput, UndoEmailChangeOutput } from '@portcullis/contracts/account';
import { isUniqueViolation } from '../../db/outage.ts';
import { emailKey } from '../../domain/email.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { countOthers, endAllSessions } from '../session/steps.ts';
import { findLink, requireLink, spendLink } from './links.ts';
import { NO_PASSWORD } from './password.ts';

/**
 * Gives the account back to the address it had before a change. Whoever changed it may know the password: it is taken
 * away with every session and link, and must be reset by mail.
 * @throws AuthError `verification_invalid`; `conflict` when another account has the address by now.
 */
export const undoEmailChange = async (
  ctx: RequestContext,
  input: TokenInput,
): Promise<UndoEmailChangeOutput> => {
  const { authority, random, hints } = ctx.deps;
  const link = await requireLink(ctx, input.token, 'undo_email_change');
  const oldEmail = link.email;
  if (oldEmail === null) throw new AuthError('verification_invalid');
  const done = authority.revoking<UndoEmailChangeOutput>(
    link.accountId,
    ctx.deadlineMs,
    async (tx, account) => {
      if (account === null || (await findLink(tx, input.token, 'undo_email_change')) === null)
        throw new AuthError('verification_invalid');
      return {
        ends: true,
        apply: async () => {
          const at = await databaseTime(tx);
          const sessionsEnded = await countOthers(tx, account, null);
          await spendLink(tx, link, at);
          account.email = oldEmail;
          account.emailKey = emailKey(oldEmail);
          account.passwordHash = NO_PASSWORD;
          audit(tx, ctx, at, {
            accountId: account.id,
            type: 'email_restored',
            actor: 'link',
            details: { sessionsEnded },
          });
          await requestMail(tx, ctx, {
            kind: 'email_restored',
            noticeId: random.uuid(),
            accountId: account.id,
          });
          await endAllSessions(tx, account, {
            at,
            type: 'email_changed',
            cause: 'email_restored',
            actor: 'link',
            bySessionId: null,
            linksDie: true,
          });
          return { status: 'email_restored', sessionsEnded };
        },
      };
    },
  );
  const answer = await done.catch((error: unknown) => {
    throw isUniqueViolation(error) ? new AuthError('conflict', { cause: error }) : error;
  });
  hints.publish(link.accountId);
  return answer;
};
