import type { Account } from '@portcullis/contracts/account';
import type { AccountId } from '@portcullis/contracts/ids';
import type { AccountRow } from '../../db/entities/account.ts';

/** An account as its owner sees it. It exists only because its address was proven. */
export const accountView = (row: AccountRow): Account => ({
  id: row.id as AccountId,
  email: row.email,
  name: row.name ?? null,
  emailVerified: true,
  createdAt: row.createdAt.toISOString(),
});
