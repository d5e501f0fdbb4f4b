import { registerBy, silence } from './faults.ts';
import type { Instance } from './instance.ts';
import { leaseKey, type LeaseRow } from './postgres/rows.ts';
import type { World } from './world.ts';

/**
 * Faults that matter only in one order, within one moment. Chance alone finds that moment too rarely; a story waits for
 * it, and leaves everything around it to chance.
 */
export type Story = (world: World) => Told;

interface Told {
  /** Who ends up with a lease that the others do not know of: it is asked all the time, and asked to end nothing. */
  holder: Instance;
  /** From here on clients may come. */
  hasBegun: () => boolean;
}

/** Happens once `isReady` holds, as readily as anything else. */
export const when = (
  world: World,
  label: string,
  isReady: () => boolean,
  run: () => void,
  weight = 1,
): void => void world.scheduler.add(label, run, { weight, isReady });

export const leaseOf = (world: World, { name }: Instance): LeaseRow | undefined =>
  world.database.server.committed.get(leaseKey(name)) as LeaseRow | undefined;

export const leaseEnd = ({ authority }: Instance): number => authority.lease.trust()?.leaseEndsAtMs ?? 0;

export const others = (world: World, holder: Instance): Instance[] =>
  world.alive().filter((one) => one !== holder && !one.process.isPaused);

/** Cut off from Postgres, stopped, or asleep with its machine, for about as long as a lease lasts. */
export const lose = (world: World, holder: Instance): void => {
  const way = world.chance.of(['cut off', 'cut off', 'paused', 'asleep']);
  const sinceMs = world.scheduler.nowMs;
  const isOver = (ms: number) => () => world.scheduler.nowMs - sinceMs > ms;
  const forMs = world.options.leaseMs * world.chance.between(0.9, 1.6);
  world.scheduler.note(`FAULT ${holder.name} is ${way}`);
  if (way === 'cut off') cutOff(world, holder, forMs);
  else silence(world, holder, way === 'asleep', 0.3, isOver(forMs));
};

/** From Postgres, for at least so long. */
export const cutOff = ({ database, scheduler }: World, { name, process }: Instance, forMs: number): void => {
  const sinceMs = scheduler.nowMs;
  database.cut(process, false);
  scheduler.add(`${name} reaches Postgres again`, () => void database.cutOff.delete(process), {
    weight: 0.3,
    isReady: () => scheduler.nowMs - sinceMs > forMs,
  });
};

export const registerAnew = (world: World, holder: Instance): void => {
  const [by] = others(world, holder);
  if (by !== undefined) registerBy(world, by, true);
};
