import { lockAccount } from '../../db/repository.ts';
import type { Tx } from '../../db/transaction.ts';
import { emailKey } from '../../domain/email.ts';
import { composeLink, composeNotice } from '../../mail/compose.ts';
import type { MailDeps, NoticeFacts, PreparedMail } from './context.ts';
import { asAsked, asRemembered } from './facts.ts';
import { isPastUse, mintLink } from './links.ts';

interface Owner {
  email: string;
  language: string | null;
}

const OWNER = 'SELECT email, language FROM portcullis.account WHERE email_key = ? AND id <> ?';

/** The link that confirms a new address or, when another account has it, a note to that owner and no link at all. */
export const prepareEmailChange = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  request: { accountId: string; linkEpoch: number; newEmail: string },
): Promise<PreparedMail | null> => {
  const { emailChangeLinkSeconds: seconds } = deps.config;
  const account = await lockAccount(tx, request.accountId);
  if (account === null || account.disabledAt !== null || account.linkEpoch !== request.linkEpoch) return null;
  if (await isPastUse(tx, notice.at, seconds)) return null;
  const [owner] = await tx.execute<Owner[]>(OWNER, [emailKey(request.newEmail), account.id]);
  if (owner !== undefined) {
    const content = composeNotice('address_in_use', asRemembered(deps, notice, owner));
    return { template: 'address_in_use', to: owner.email, content };
  }
  const wish = {
    accountId: account.id,
    linkEpoch: account.linkEpoch,
    purpose: 'change_email' as const,
    seconds,
    noticeId: notice.id,
    email: request.newEmail,
  };
  const { secret, verificationId } = await mintLink(tx, deps, wish);
  const content = composeLink('change_email', asAsked(deps, notice, account), { secret, seconds });
  return { template: 'change_email', to: request.newEmail, content, verificationId };
};

/** Tells the old address, with the link that undoes the change: it outlives every event but its own use. */
export const prepareEmailChanged = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  event: { accountId: string; oldEmail: string },
): Promise<PreparedMail | null> => {
  const { undoLinkSeconds: seconds } = deps.config;
  const account = await lockAccount(tx, event.accountId);
  if (account === null || (await isPastUse(tx, notice.at, seconds))) return null;
  const wish = {
    accountId: account.id,
    linkEpoch: account.linkEpoch,
    purpose: 'undo_email_change' as const,
    seconds,
    noticeId: notice.id,
    email: event.oldEmail,
  };
  const { secret, verificationId } = await mintLink(tx, deps, wish);
  const content = composeLink('email_changed', asAsked(deps, notice, account), { secret, seconds });
  return { template: 'email_changed', to: event.oldEmail, content, verificationId };
};
