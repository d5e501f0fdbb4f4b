import type { Random } from '../random.ts';
import type { Tally } from '../load/tally.ts';
import type { ProofStack } from '../stack/stack.ts';
import { pauseUnless } from '@portcullis/devstack/wait';
import type { Fault, FaultContext } from './fault.ts';
import { jobFaults } from './jobs.ts';
import { lineFaults } from './lines.ts';
import { postgresFaults } from './postgres.ts';
import { processFaults } from './processes.ts';
import { redisFaults } from './redis.ts';

export const allFaults: readonly Fault[] = [
  ...processFaults,
  ...lineFaults,
  ...jobFaults,
  ...redisFaults,
  ...postgresFaults,
];

/** One fault as it happened. */
export interface Injected {
  name: string;
  /** Milliseconds on the driver's clock. */
  from: number;
  until: number | null;
}

export interface Nemesis {
  readonly injected: Injected[];
  readonly counts: Tally;
  /** Names of the faults that are at work now. */
  now(): string[];
  /** Ends what is at work and puts everything right. */
  stop(): Promise<void>;
}

export interface NemesisParts {
  stack: ProofStack;
  random: Random;
  leaseMs: number;
  counts: Tally;
  faults?: readonly Fault[];
  failed: (name: string, error: unknown) => void;
}

/** What is wrong with a store stops everybody: without calm in between little would be done at all. */
const CALM_MS = {
  stores: { least: 1_000, most: 3_500 },
  'processes and lines': { least: 300, most: 2_000 },
};

/** Two at a time, one of each group, with calm between them; the seed decides which and how, never exactly when. */
export const startNemesis = (parts: NemesisParts): Nemesis => {
  const over = new AbortController();
  const injected: Injected[] = [];
  const faults = parts.faults ?? allFaults;
  const loop = async (group: Fault['group']): Promise<void> => {
    const random = parts.random.fork(group);
    const deck = createDeck(
      faults.filter((fault) => fault.group === group),
      random,
    );
    const context: FaultContext = {
      stack: parts.stack,
      random,
      leaseMs: parts.leaseMs,
      hold: (ms) => pauseUnless(ms, over.signal),
      isOver: () => over.signal.aborted,
    };
    while (!over.signal.aborted) {
      await context.hold(random.between(CALM_MS[group].least, CALM_MS[group].most));
      const fault = deck();
      if (fault === null || over.signal.aborted) break;
      const entry: Injected = { name: fault.name, from: performance.now(), until: null };
      injected.push(entry);
      parts.counts.add(fault.name);
      await fault.run(context).catch((error: unknown) => parts.failed(fault.name, error));
      entry.until = performance.now();
    }
  };
  const loops = [loop('stores'), loop('processes and lines')];
  return {
    injected,
    counts: parts.counts,
    now: () => injected.filter(({ until }) => until === null).map(({ name }) => name),
    stop: async () => {
      over.abort();
      await Promise.all(loops);
    },
  };
};

/** Deals each fault as often as its weight says before any is dealt more often: short runs see all kinds. */
const createDeck = (faults: readonly Fault[], random: Random): (() => Fault | null) => {
  let cards: Fault[] = [];
  let isFirst = true;
  return () => {
    if (cards.length === 0) {
      // At first each kind once.
      cards = faults.flatMap((fault) => Array.from({ length: isFirst ? 1 : fault.weight }, () => fault));
      isFirst = false;
      for (let last = cards.length - 1; last > 0; last -= 1) {
        const other = random.below(last + 1);
        [cards[last], cards[other]] = [cards[other] as Fault, cards[last] as Fault];
      }
    }
    return cards.pop() ?? null;
  };
};
