import { LockMode } from '@mikro-orm/postgresql';
import { AccountEntity, type AccountRow } from './entities/account.ts';
import type { Tx } from './transaction.ts';

/** P2 step 1: FOR UPDATE, not weaker; P3's KEY SHARE waits for exactly this. */
export const lockAccount = (tx: Tx, accountId: string): Promise<AccountRow | null> =>
  tx.findOne(AccountEntity, { id: accountId, deletedAt: null }, { lockMode: LockMode.PESSIMISTIC_WRITE });
