import type { RequestContext } from '../context.ts';
import { audit, databaseTime } from '../record.ts';
import { lockClient } from './record.ts';
import { hashOfSecret, newSecret } from './secret.ts';

const ROTATE = `
UPDATE portcullis.service_client SET secret_hash = ?, rotated_at = ?,
  previous_secret_hash = CASE WHEN ?::int > 0 THEN secret_hash END,
  previous_secret_until = CASE WHEN ?::int > 0 THEN clock_timestamp() + ?::int * interval '1 second' END
WHERE id = ?`;

/**
 * Gives a client a new secret.
 * @param overlapSeconds How long the old secret is still good, so that the service can be restarted meanwhile; 0: not at all.
 * @throws AuthError `not_found`. For operators.
 */
export const rotateClient = async (
  ctx: RequestContext,
  who: string,
  overlapSeconds: number,
): Promise<{ id: string; secret: string }> => {
  const secret = newSecret(ctx.deps.random);
  return ctx.deps.db.write(ctx.deadlineMs, async (tx) => {
    const { id } = await lockClient(tx, who);
    const at = await databaseTime(tx);
    const overlap = [overlapSeconds, overlapSeconds, overlapSeconds];
    await tx.execute(ROTATE, [hashOfSecret(secret), at, ...overlap, id], 'run');
    audit(tx, ctx, at, {
      accountId: null,
      type: 'client_rotated',
      actor: 'operator',
      details: { clientId: id, overlapSeconds },
    });
    await tx.flush();
    return { id, secret };
  });
};
