import type { Tx } from '../../db/transaction.ts';
import { linkTo, signUpMail } from '../../mail/link-mails.ts';
import { accountExistsMail } from '../../mail/notice-mails.ts';
import type { MailDeps, PreparedMail } from './context.ts';
import { mintSecret } from './links.ts';

interface PendingRow {
  email: string;
  secret_hash: Uint8Array | null;
  seconds_left: number;
  owner: string | null;
}

const FIND = `
SELECT r.email, r.secret_hash, extract(epoch FROM r.expires_at - clock_timestamp())::int AS seconds_left, a.email AS owner
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
  registrationId: string,
): Promise<PreparedMail | null> => {
  const [found] = await tx.execute<PendingRow[]>(FIND, [registrationId]);
  if (found === undefined) return null;
  const { publicUrl } = deps.config;
  // To the address that the account keeps, not to the spelling that was typed.
  if (found.owner !== null)
    return { template: 'account_exists', to: found.owner, content: accountExistsMail(publicUrl) };
  const { secret, hash } = mintSecret(deps);
  const before = found.secret_hash === null ? null : Buffer.from(found.secret_hash);
  const stored = await tx.execute<unknown[]>(STORE, [hash, registrationId, before]);
  if (stored.length === 0) throw new Error('the registration was given another link meanwhile');
  return {
    template: 'sign_up',
    to: found.email,
    content: signUpMail(linkTo(publicUrl, 'sign_up', secret), found.seconds_left),
  };
};
