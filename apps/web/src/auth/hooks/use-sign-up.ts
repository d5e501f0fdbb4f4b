import { trpc } from '../trpc.ts';
import { withFailure } from './with-failure.ts';

/** Leaves a sign-up behind that waits for its address to be proven. The answer is the same for every address. */
export const useSignUp = () => withFailure(trpc.account.signUp.useMutation());
