import type { ResetPasswordInput, SessionsEndedOutput } from '@portcullis/contracts/account';
import { AccountEntity } from '../../db/entities/account.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { requestMail } from '../mail/request.ts';
import { audit, databaseTime } from '../record.ts';
import { countOthers, endAllSessions } from '../session/steps.ts';
import { findLink, requireLink, spendLink } from './links.ts';
import { requireAcceptable } from './password.ts';

/**
 * Sets a new password by a mailed link: one commit changes the password, ends every session, kills every link, spends
 * this one, writes the audit event and enqueues the notice (G3). Nobody is signed in by it.
 * @throws AuthError `verification_invalid`, `password_rejected`, `rate_limited`, `unavailable`.
 */
export const resetPassword = async (
  ctx: RequestContext,
  input: ResetPasswordInput,
): Promise<SessionsEndedOutput> => {
  const { db, hasher, authority, random, hints } = ctx.deps;
  const link = await requireLink(ctx, input.token, 'reset_password');
  const known = await db.read((em) => em.findOne(AccountEntity, { id: link.accountId, deletedAt: null }));
  if (known === null) throw new AuthError('verification_invalid');
  await requireAcceptable(ctx, input.newPassword, { email: known.email, name: known.name ?? null });
  const passwordHash = await hasher.hash(input.newPassword);
  const ended = await authority.revoking<SessionsEndedOutput>(
    link.accountId,
    ctx.deadlineMs,
    async (tx, account) => {
      const stillGood =
        account !== null &&
        account.disabledAt == null &&
        (await findLink(tx, input.token, 'reset_password')) !== null;
      if (!stillGood) throw new AuthError('verification_invalid');
      return {
        ends: true,
        apply: async () => {
          const at = await databaseTime(tx);
          const sessionsEnded = await countOthers(tx, account, null);
          await spendLink(tx, link, at);
          account.passwordHash = passwordHash;
          audit(tx, ctx, at, {
            accountId: account.id,
            type: 'password_reset',
            actor: 'link',
            details: { sessionsEnded },
          });
          await requestMail(tx, ctx, {
            kind: 'password_reset',
            noticeId: random.uuid(),
            accountId: account.id,
            at: at.toISOString(),
          });
          await endAllSessions(tx, account, {
            at,
            type: 'password_changed',
            cause: 'password_reset',
            actor: 'link',
            bySessionId: null,
            linksDie: true,
          });
          return { sessionsEnded };
        },
      };
    },
  );
  hints.publish(link.accountId);
  return ended;
};
