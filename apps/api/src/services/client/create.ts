import type { Scope } from '@portcullis/contracts/services';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { audit, databaseTime } from '../record.ts';
import { hashOfSecret, newSecret } from './secret.ts';

export interface NewClient {
  id: string;
  /** Shown this once. */
  secret: string;
  name: string;
  scopes: Scope[];
}

/** Never of the form of an id: commands take either. */
const NAME = /^(?![0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$)[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

const CREATE = `
INSERT INTO portcullis.service_client (id, name, secret_hash, scopes, created_at, rotated_at)
VALUES (?, ?, ?, ?::text[], ?, ?) ON CONFLICT DO NOTHING RETURNING id`;

/** @throws AuthError `input_invalid` for a name of another form, `conflict` when it is taken. For operators. */
export const createClient = async (
  ctx: RequestContext,
  name: string,
  scopes: readonly Scope[],
): Promise<NewClient> => {
  if (!NAME.test(name)) throw new AuthError('input_invalid', { fields: { name: 'malformed' } });
  const { random, db } = ctx.deps;
  const client = { id: random.uuid(), secret: newSecret(random), name, scopes: [...new Set(scopes)] };
  await db.write(ctx.deadlineMs, async (tx) => {
    const at = await databaseTime(tx);
    const values = [client.id, name, hashOfSecret(client.secret), `{${client.scopes.join(',')}}`, at, at];
    if ((await tx.execute<unknown[]>(CREATE, values)).length === 0) throw new AuthError('conflict');
    audit(tx, ctx, at, {
      accountId: null,
      type: 'client_created',
      actor: 'operator',
      details: { clientId: client.id, name, scopes: client.scopes.join(' ') },
    });
    await tx.flush();
  });
  return client;
};
