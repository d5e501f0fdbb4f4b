import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { LIVE } from '../session/steps.ts';

export interface DescribedAccount {
  id: string;
  email: string;
  name: string | null;
  epoch: number;
  createdAt: string;
  disabledAt: string | null;
  liveSessions: number;
  lastSeenAt: string | null;
}

const DESCRIBE = `
SELECT a.id, a.email, a.name, a.epoch::float8 AS epoch, a.created_at AS "createdAt", a.disabled_at AS "disabledAt",
  (SELECT count(*)::int FROM portcullis.session s WHERE s.account_id = a.id AND ${LIVE}) AS "liveSessions",
  (SELECT max(s.last_seen_at) FROM portcullis.session s WHERE s.account_id = a.id) AS "lastSeenAt"
FROM portcullis.account a WHERE a.id = ? AND a.deleted_at IS NULL`;

type Row = Omit<DescribedAccount, 'createdAt' | 'disabledAt' | 'lastSeenAt'> &
  Record<'createdAt' | 'disabledAt' | 'lastSeenAt', Date | string | null>;

const rfc3339 = (time: Date | string | null): string | null =>
  time === null ? null : new Date(time).toISOString();

/** What an operator may see of an account. @throws AuthError `not_found`. */
export const describeAccount = async (ctx: RequestContext, accountId: string): Promise<DescribedAccount> => {
  const rows = await ctx.deps.db.read((em) => em.execute<Row[]>(DESCRIBE, [accountId]));
  const row = rows[0];
  if (row === undefined) throw new AuthError('not_found');
  return {
    ...row,
    createdAt: rfc3339(row.createdAt) ?? '',
    disabledAt: rfc3339(row.disabledAt),
    lastSeenAt: rfc3339(row.lastSeenAt),
  };
};
