import type { Scope } from '@portcullis/contracts/services';
import type { Tx } from '../../db/transaction.ts';
import { AuthError } from '../../errors.ts';

export interface ClientView {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: string;
  rotatedAt: string;
  disabledAt: string | null;
}

interface ViewRow {
  id: string;
  name: string;
  scopes: string[];
  created_at: number;
  rotated_at: number;
  disabled_at: number | null;
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8 AS ${column}`;

/** What is told of a client; its secret is not part of it. */
export const VIEW = `id, name, scopes, ${ms('created_at')}, ${ms('rotated_at')}, ${ms('disabled_at')}`;

const at = (milliseconds: number) => new Date(Math.trunc(milliseconds)).toISOString();

export const clientView = (row: ViewRow): ClientView => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes as Scope[],
  createdAt: at(row.created_at),
  rotatedAt: at(row.rotated_at),
  disabledAt: row.disabled_at === null ? null : at(row.disabled_at),
});

export type { ViewRow };

/** Locks the client of this id or name. @throws AuthError `not_found` */
export const lockClient = async (tx: Tx, who: string): Promise<{ id: string; disabled: boolean }> => {
  const sql = `SELECT id, disabled_at IS NOT NULL AS disabled FROM portcullis.service_client WHERE id::text = ? OR name = ? FOR UPDATE`;
  const row = (await tx.execute<{ id: string; disabled: boolean }[]>(sql, [who, who]))[0];
  if (row === undefined) throw new AuthError('not_found');
  return row;
};
