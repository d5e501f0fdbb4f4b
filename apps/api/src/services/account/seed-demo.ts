import { AccountEntity } from '../../db/entities/account.ts';
import { emailKey } from '../../domain/email.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { audit, databaseTime } from '../record.ts';
import { countOthers, endAllSessions } from '../session/steps.ts';
import { provePassword, requireAcceptable } from './password.ts';

export interface Demo {
  email: string;
  password: string;
  name: string;
}

const CREATE = `
INSERT INTO portcullis.account (id, email, email_key, name, password_hash)
VALUES (?, ?, ?, ?, ?) ON CONFLICT (email_key) DO NOTHING RETURNING id`;

/**
 * Makes sure that the demo account exists and signs in with its password; for development only.
 * @returns `restored` when somebody had changed the password or disabled the account: its sessions have ended.
 * @throws AuthError `password_rejected` when the password breaks the policy.
 */
export const seedDemo = async (
  ctx: RequestContext,
  demo: Demo,
): Promise<'created' | 'unchanged' | 'restored'> => {
  const { db, hasher, random } = ctx.deps;
  await requireAcceptable(ctx, demo.password, demo);
  const key = emailKey(demo.email);
  const known = await db.read((em) => em.findOne(AccountEntity, { emailKey: key }));
  if (known !== null) {
    if (known.disabledAt == null && (await provePassword(ctx, known.passwordHash, demo.password)))
      return 'unchanged';
    await restore(ctx, known.id, await hasher.hash(demo.password));
    return 'restored';
  }
  const passwordHash = await hasher.hash(demo.password);
  return db.write(ctx.deadlineMs, async (tx) => {
    const accountId = random.uuid();
    const created = await tx.execute<unknown[]>(CREATE, [
      accountId,
      demo.email,
      key,
      demo.name,
      passwordHash,
    ]);
    if (created.length === 0) return 'unchanged';
    audit(tx, ctx, await databaseTime(tx), { accountId, type: 'account_created', actor: 'operator' });
    await tx.flush();
    return 'created';
  });
};

const restore = (ctx: RequestContext, accountId: string, passwordHash: string): Promise<void> =>
  ctx.deps.authority.revoking<void>(accountId, ctx.deadlineMs, async (tx, account) => {
    if (account === null) throw new AuthError('not_found');
    return {
      ends: true,
      apply: async () => {
        const at = await databaseTime(tx);
        const sessionsEnded = await countOthers(tx, account, null);
        account.passwordHash = passwordHash;
        account.disabledAt = null;
        audit(tx, ctx, at, {
          accountId,
          type: 'password_reset',
          actor: 'operator',
          details: { sessionsEnded },
        });
        await endAllSessions(tx, account, {
          at,
          type: 'password_changed',
          cause: 'operator',
          actor: 'operator',
          bySessionId: null,
          linksDie: true,
        });
      },
    };
  });
