import type { Tx } from '../../db/transaction.ts';
import { composeLink, composeNotice } from '../../mail/compose.ts';
import type { MailDeps, NoticeFacts, PreparedMail } from './context.ts';
import { asAsked, asRemembered } from './facts.ts';
import { mintSecret } from './links.ts';

interface PendingRow {
  email: string;
  secret_hash: Uint8Array | null;
  seconds_left: number;
  owner: string | null;
  language: string | null;
}

const FIND = `
SELECT r.email, r.secret_hash, extract(epoch FROM r.expires_at - clock_timestamp())::int AS seconds_left, a.email AS owner, a.language
FROM portcullis.registration r LEFT JOIN portcullis.account a ON a.email_key = r.email_key
WHERE r.id = ? AND r.expires_at > clock_timestamp()`;

// Another mail about the same registration may mint at the same moment: only one of the two links can be the stored one.
const STORE = `
UPDATE portcullis.registration SET secret_hash = ?
WHERE id = ? AND secret_hash IS NOT DISTINCT FROM ? AND expires_at > clock_timestamp() RETURNING id`;

/** The link of a pending registration or, when the address has an account, a note to its owner without any link to confirm. */
export const prepareSignUp = async (
  tx: Tx,
  deps: MailDeps,
  notice: NoticeFacts,
  registrationId: string,
): Promise<PreparedMail | null> => {
  const [found] = await tx.execute<PendingRow[]>(FIND, [registrationId]);
  if (found === undefined) return null;
  // To the address that the account keeps, not to the spelling that was typed.
  if (found.owner !== null) {
    const content = composeNotice('account_exists', asRemembered(deps, notice, found));
    return { template: 'account_exists', to: found.owner, content };
  }
  const { secret, hash } = mintSecret(deps);
  const before = found.secret_hash === null ? null : Buffer.from(found.secret_hash);
  const stored = await tx.execute<unknown[]>(STORE, [hash, registrationId, before]);
  if (stored.length === 0) throw new Error('the registration was given another link meanwhile');
  const link = { secret, seconds: found.seconds_left };
  return {
    template: 'sign_up',
    to: found.email,
    content: composeLink('sign_up', asAsked(deps, notice, null), link),
  };
};
