import type { AccountRow } from '../../db/entities/account.ts';
import type { RequestContext } from '../context.ts';

// The row's lock orders revocations: nobody waits for it here, and the next sign-in tries again.
const REMEMBER = `
UPDATE portcullis.account SET language = ?
WHERE id = (SELECT id FROM portcullis.account WHERE id = ? AND deleted_at IS NULL FOR NO KEY UPDATE SKIP LOCKED)`;

/**
 * Keeps what the person who just signed in reads, for the mails that somebody else causes. The session stands whatever
 * becomes of this.
 */
export const rememberLanguage = async (
  ctx: RequestContext,
  account: Pick<AccountRow, 'id' | 'language'>,
): Promise<void> => {
  const { language } = ctx;
  if (language === null || language === account.language) return;
  try {
    await ctx.deps.db.write(ctx.deadlineMs, (tx) => tx.execute(REMEMBER, [language, account.id], 'run'));
  } catch (error) {
    ctx.deps.log.warn(
      { err: error },
      'the language of an account could not be kept; the next sign-in tries again',
    );
  }
};
