import { growth } from './growth.ts';
import { mixedLoad } from './mixed-load.ts';
import { revokeAll } from './revoke-all.ts';
import { soak } from './soak.ts';
import type { Study } from './study.ts';
import { twoInstances } from './two-instances.ts';

export const studies: readonly Study[] = [revokeAll, twoInstances, mixedLoad, growth, soak];
