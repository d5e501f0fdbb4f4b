import { floors } from './floors.ts';
import { service } from './ours.ts';
import { peers } from './peers.ts';
import type { Target } from './target.ts';

/** In the order in which they are measured. */
export const targets: readonly Target[] = [...floors, ...service, ...peers];
