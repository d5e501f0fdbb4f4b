import { lockAccount } from '../../db/repository.ts';
import type { Tx } from '../../db/transaction.ts';
import { linkTo, resetPasswordMail } from '../../mail/link-mails.ts';
import type { MailDeps, NoticeFacts, PreparedMail } from './context.ts';
import { isPastUse, mintLink } from './links.ts';

const MOST_LIVE_LINKS = 3;

const LIVE_LINKS = `
SELECT count(*)::int AS n FROM portcullis.verification
WHERE account_id = ? AND purpose = 'reset_password' AND link_epoch = ? AND used_at IS NULL AND expires_at > clock_timestamp()
  AND payload->>'noticeId' IS DISTINCT FROM ?`;

/**
 * A link to choose a new password, while the request still stands (G9). With three live links out there is no fourth:
 * asking again and again neither floods a mailbox nor kills the link that its owner is about to use.
 */
export const prepareResetPassword = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  request: { accountId: string; linkEpoch: number },
): Promise<PreparedMail | null> => {
  const { publicUrl, resetLinkSeconds } = deps.config;
  // The lock makes counting and minting one step among parallel requests.
  const account = await lockAccount(tx, request.accountId);
  if (account === null || account.disabledAt !== null || account.linkEpoch !== request.linkEpoch) return null;
  if (await isPastUse(tx, notice.at, resetLinkSeconds)) return null;
  const [live] = await tx.execute<{ n: number }[]>(LIVE_LINKS, [account.id, account.linkEpoch, notice.id]);
  if (Number(live?.n) >= MOST_LIVE_LINKS) return null;
  const wish = {
    accountId: account.id,
    linkEpoch: account.linkEpoch,
    purpose: 'reset_password' as const,
    seconds: resetLinkSeconds,
    noticeId: notice.id,
  };
  const { secret, verificationId } = await mintLink(tx, deps, wish);
  const content = resetPasswordMail(linkTo(publicUrl, 'reset_password', secret), resetLinkSeconds);
  return { template: 'reset_password', to: account.email, content, verificationId };
};
