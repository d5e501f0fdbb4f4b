import { lockAccount } from '../../db/repository.ts';
import type { Tx } from '../../db/transaction.ts';
import { composeLink } from '../../mail/compose.ts';
import type { MailDeps, NoticeFacts, PreparedMail } from './context.ts';
import { asAsked } from './facts.ts';
import { isPastUse, mintLink } from './links.ts';

const MOST_LIVE_LINKS = 3;

const LIVE_LINKS = `
SELECT id, payload->>'noticeId' IS NOT DISTINCT FROM ? AS own FROM portcullis.verification
WHERE account_id = ? AND purpose = 'reset_password' AND link_epoch = ? AND used_at IS NULL AND expires_at > clock_timestamp()
ORDER BY created_at`;

const DROP = 'DELETE FROM portcullis.verification WHERE id = ? AND used_at IS NULL';

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
  const { resetLinkSeconds: seconds } = deps.config;
  // The lock makes counting and minting one step among parallel requests.
  const account = await lockAccount(tx, request.accountId);
  if (account === null || account.disabledAt !== null || account.linkEpoch !== request.linkEpoch) return null;
  if (await isPastUse(tx, notice.at, seconds)) return null;
  if (!(await hasRoom(tx, account, notice.id))) return null;
  const wish = {
    accountId: account.id,
    linkEpoch: account.linkEpoch,
    purpose: 'reset_password' as const,
    seconds,
    noticeId: notice.id,
  };
  const { secret, verificationId } = await mintLink(tx, deps, wish);
  const content = composeLink('reset_password', asAsked(deps, notice, account), { secret, seconds });
  return { template: 'reset_password', to: account.email, content, verificationId };
};

/**
 * Earlier attempts at this mail may have left links whose mail may or may not have arrived: they stay good as long as
 * there is room, the oldest give way to the one that is about to be sent.
 */
const hasRoom = async (
  tx: Tx,
  account: { id: string; linkEpoch: number },
  noticeId: string,
): Promise<boolean> => {
  const values = [noticeId, account.id, account.linkEpoch];
  const live = await tx.execute<{ id: string; own: boolean }[]>(LIVE_LINKS, values);
  const own = live.filter((link) => link.own);
  if (live.length - own.length >= MOST_LIVE_LINKS) return false;
  const surplus = own.slice(0, Math.max(0, live.length + 1 - MOST_LIVE_LINKS));
  for (const { id } of surplus) await tx.execute(DROP, [id], 'run');
  return true;
};
