import type { VerificationPurpose } from '../../db/entities/verification.ts';
import type { Tx } from '../../db/transaction.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, failuresLimited } from '../limits.ts';
import { hashOf } from '../session/steps.ts';

/** A mailed link that may still be used. */
export interface Link {
  id: string;
  accountId: string;
  email: string | null;
}

// An undo link outlives every event but its own use; all others die with their account's link epoch (G9).
const FIND = `
SELECT v.id, v.account_id AS "accountId", v.payload->>'email' AS email
FROM portcullis.verification v JOIN portcullis.account a ON a.id = v.account_id
WHERE v.secret_hash = ? AND v.purpose = ? AND v.used_at IS NULL AND v.expires_at > clock_timestamp()
  AND a.deleted_at IS NULL AND a.disabled_at IS NULL AND (v.link_epoch = a.link_epoch OR v.purpose = 'undo_email_change')`;

type Executes = Pick<Tx, 'execute'>;

export const findLink = async (
  em: Executes,
  secret: string,
  purpose: VerificationPurpose,
): Promise<Link | null> => (await em.execute<Link[]>(FIND, [hashOf(secret), purpose]))[0] ?? null;

/** Looks the secret up before anything expensive is done for it. @throws AuthError `verification_invalid`, `rate_limited`. */
export const requireLink = async (
  ctx: RequestContext,
  secret: string,
  purpose: VerificationPurpose,
): Promise<Link> => {
  const { db } = ctx.deps;
  return failuresLimited(ctx, byAddress('verification_ip', ctx.ip), async () => {
    const found = await db.read((em) => findLink(em, secret, purpose));
    if (found === null) throw new AuthError('verification_invalid');
    return found;
  });
};

/** Spends the link by one conditional update (G6). @throws AuthError `verification_invalid` when somebody was first. */
export const spendLink = async (tx: Tx, link: Link, at: Date): Promise<void> => {
  const rows = await tx.execute<unknown[]>(
    'UPDATE portcullis.verification SET used_at = ? WHERE id = ? AND used_at IS NULL RETURNING id',
    [at, link.id],
  );
  if (rows.length === 0) throw new AuthError('verification_invalid');
};
