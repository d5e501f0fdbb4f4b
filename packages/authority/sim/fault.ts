import type { Instance } from './instance.ts';
import type { World } from './world.ts';

/** What can go wrong. Each returns a line for the trace, or null when there is nothing to hit now. */
export type Fault = (world: World) => string | null;

export const some = <T>(world: World, items: readonly T[]): T | null =>
  items.length === 0 ? null : world.chance.of(items);

export const running = (world: World): Instance[] =>
  world.alive().filter(({ process }) => !process.isPaused && !world.database.cutOff.has(process));

/** Makes it happen later, whenever the scheduler likes. */
export const later = (world: World, label: string, run: () => void, weight = 0.03): void =>
  void world.scheduler.add(label, run, { weight });
