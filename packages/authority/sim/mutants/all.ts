import { accountMutants } from './account-mutants.ts';
import { indexMutants } from './index-mutants.ts';
import { leaseMutants } from './lease-mutants.ts';
import type { Mutant } from './mutant.ts';
import { revokeMutants } from './revoke-mutants.ts';

export const mutants: readonly Mutant[] = [
  ...indexMutants,
  ...revokeMutants,
  ...leaseMutants,
  ...accountMutants,
];
