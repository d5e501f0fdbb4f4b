import { Chance, type Choices } from '../chance.ts';
import { check, explain } from '../check/checker.ts';
import { Scheduler } from '../scheduler.ts';
import { World, type WorldOptions } from '../world.ts';
import { fingerprint } from './fingerprint.ts';
import type { SmallWorld } from './small-worlds.ts';

export interface Exploration {
  name: string;
  /** Different states that were reached, choices between them, and runs from the beginning that it took. */
  states: number;
  choices: number;
  runs: number;
  deepest: number;
  violation: string | null;
  /** False: a limit ended it before everything was seen. */
  isComplete: boolean;
}

/** Follows a list of choices, then takes the first possibility each time, and notes how many there were. */
class Path implements Choices {
  readonly #prefix: readonly number[];
  readonly taken: number[] = [];
  readonly widths: number[] = [];
  /** Closed while a world is being set up: nothing is chosen there. */
  isOpen = false;

  constructor(prefix: readonly number[]) {
    this.#prefix = prefix;
  }

  isBeyondPrefix(): boolean {
    return this.taken.length >= this.#prefix.length;
  }

  pick(weights: readonly number[]): number {
    if (!this.isOpen) return 0;
    const choice = this.#prefix[this.taken.length] ?? 0;
    this.taken.push(choice);
    this.widths.push(weights.length);
    return choice;
  }
}

const small: WorldOptions = {
  instances: 2,
  accounts: 1,
  leaseMs: 30_000,
  pollMs: 1_000_000,
  sweepMs: 1_000_000,
  databaseLoss: 'refuse',
  isCluster: false,
  deadlineMs: [100_000, 100_000],
  slowShare: 0,
  slowWeight: 1,
  hasLaggards: false,
  areClocksApart: false,
  isEager: true,
  sessionsPerAccount: 1,
  life: { idleMs: 86_400_000, absoluteMs: 864_000_000 },
  wallSkewMs: 0,
};

const MAX_STEPS = 400;

/**
 * Plays every order of everything that can happen in a small world. A state that was seen before is not followed again.
 * Code cannot be put back into an earlier state, so each path is played from the beginning.
 */
export const explore = async (world: SmallWorld, maxRuns: number): Promise<Exploration> => {
  const seen = new Set<string>();
  const paths: number[][] = [[]];
  const result: Exploration = {
    name: world.name,
    states: 0,
    choices: 0,
    runs: 0,
    deepest: 0,
    violation: null,
    isComplete: true,
  };
  for (let prefix = paths.pop(); prefix !== undefined; prefix = paths.pop()) {
    if (result.runs >= maxRuns) return { ...result, states: seen.size, isComplete: false };
    const path = new Path(prefix);
    result.runs += 1;
    const violation = await play(world, path, seen);
    if (violation !== null) return { ...result, states: seen.size, violation };
    result.choices += path.taken.length - prefix.length;
    result.deepest = Math.max(result.deepest, path.taken.length);
    for (let depth = path.taken.length - 1; depth >= prefix.length; depth -= 1)
      for (let other = 1; other < (path.widths[depth] ?? 0); other += 1)
        paths.push([...path.taken.slice(0, depth), other]);
  }
  return { ...result, states: seen.size };
};

/** One run. @returns a violation, or null when there is none or the state was known */
const play = async (
  { begin, leaseMs }: SmallWorld,
  path: Path,
  seen: Set<string>,
): Promise<string | null> => {
  const scheduler = new Scheduler(path);
  scheduler.timeWeight = 0;
  const world = new World(scheduler, new Chance(1), leaseMs === undefined ? small : { ...small, leaseMs });
  world.start();
  world.start();
  const hasLease = () =>
    world.instances.every(({ authority }) => (authority.lease.trust()?.leaseEndsAtMs ?? -1) > 0);
  // Until the polls have come to rest: they are no part of what is explored.
  await scheduler.run(() => hasLease() && scheduler.pending().length === 0, MAX_STEPS);
  let left = 0;
  await begin(world, (task) => {
    left += 1;
    void task.then(() => (left -= 1));
  });
  for (const { process } of world.instances) process.memory = '';
  path.isOpen = true;
  // As long as a password takes to verify: before any timeout, so that sign-ins overlap with everything.
  scheduler.timeWeight = 1;
  scheduler.timeLimitMs = scheduler.nowMs + 60;
  let returned = 0;
  let violation: string | null = null;
  scheduler.beforeChoice = () => {
    if (!path.isBeyondPrefix()) return false;
    const now = world.history.operations.filter((one) => one.returned !== null).length;
    if (now !== returned) {
      returned = now;
      const [first] = check(world.history, world.initial);
      if (first) violation = `${explain(first)}\nchoices: ${path.taken.join(' ')}`;
      if (first) return true;
    }
    const state = fingerprint(world);
    if (seen.has(state)) return true;
    seen.add(state);
    return false;
  };
  await scheduler.run(() => left === 0, MAX_STEPS);
  // Where the last operation returned there was no choice left to look from.
  const [last] = check(world.history, world.initial);
  return violation ?? (last ? `${explain(last)}\nchoices: ${path.taken.join(' ')}` : null);
};
