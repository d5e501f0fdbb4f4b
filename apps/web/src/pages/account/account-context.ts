import type { Account } from '@portcullis/contracts/account';
import type { Session } from '@portcullis/contracts/session';
import { createContext, use } from 'react';
import type { Liveness } from '../../session/live-channel.ts';

export type SignedInAccount = { account: Account; session: Session; liveness: Liveness };

export const AccountContext = createContext<SignedInAccount | null>(null);

/** The signed-in account; only pages inside the gate may ask. */
export const useAccount = (): SignedInAccount => {
  const value = use(AccountContext);
  if (value === null) throw new Error('useAccount outside of the account gate');
  return value;
};
