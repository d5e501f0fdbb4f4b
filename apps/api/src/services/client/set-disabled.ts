import type { RequestContext } from '../context.ts';
import { audit, databaseTime } from '../record.ts';
import { lockClient } from './record.ts';

/** Every instance refuses a disabled client within seconds. @throws AuthError `not_found`. For operators. */
export const setClientDisabled = async (
  ctx: RequestContext,
  who: string,
  disabled: boolean,
): Promise<{ id: string }> =>
  ctx.deps.db.write(ctx.deadlineMs, async (tx) => {
    const client = await lockClient(tx, who);
    if (client.disabled === disabled) return { id: client.id };
    const at = await databaseTime(tx);
    const sql = 'UPDATE portcullis.service_client SET disabled_at = ? WHERE id = ?';
    await tx.execute(sql, [disabled ? at : null, client.id], 'run');
    audit(tx, ctx, at, {
      accountId: null,
      type: disabled ? 'client_disabled' : 'client_enabled',
      actor: 'operator',
      details: { clientId: client.id },
    });
    await tx.flush();
    return { id: client.id };
  });
