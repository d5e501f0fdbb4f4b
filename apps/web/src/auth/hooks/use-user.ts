import type { Account } from '@portcullis/contracts/account';
import { createContext, use } from 'react';
import type { Session } from '@portcullis/contracts/session';
import type { Liveness } from '../live-channel.ts';

export type SignedInUser = { account: Account; session: Session; liveness: Liveness };

/** Filled by RequireAuth: inside of it there always is a user. */
export const UserContext = createContext<SignedInUser | null>(null);

/**
 * Who is signed in, for everything inside RequireAuth.
 *
 * @throws Error outside of it
 */
export const useUser = (): SignedInUser => {
  const value = use(UserContext);
  if (value === null) throw new Error('useUser outside of RequireAuth');
  return value;
};
