import type { Chance } from './chance.ts';
import type { StoryName } from './stories.ts';

/** What one run is made of. Each seed draws its own: runs that differ in kind find more than runs that differ in order. */
export interface Settings {
  theme: string;
  instances: number;
  accounts: number;
  clients: number;
  operationsPerClient: number;
  /** Clients that only verify, each on one instance, slowly. */
  monitors: number;
  /** One of them on an instance that never asks the index. */
  hasOutsider: boolean;
  verifyShare: number;
  hasSignIns: boolean;
  /** The index knows every session before the first client comes. */
  isIndexWarm: boolean;
  /** Clients and faults come while the instances are still starting. */
  isCold: boolean;
  leaseMs: number;
  pollMs: number;
  sweepMs: number;
  databaseLoss: 'refuse' | 'serve';
  /** Two primaries that share the accounts, as in a cluster. */
  isCluster: boolean;
  hasLaggards: boolean;
  areClocksApart: boolean;
  /** How many messages are stuck for long, and how readily such a one moves. */
  slowShare: number;
  slowWeight: number;
  timeWeight: number;
  /** Weight of all faults together, and the kinds that may happen. */
  /** A sequence of faults that waits for its moment. */
  story: StoryName | null;
  /** How long writes may take. */
  deadlineMs: [number, number];
  faultWeight: number;
  faults: ReadonlySet<string>;
  maxFaults: number;
}

export const FAULTS = [
  'connection lost',
  'commit unanswered',
  'statement cancelled',
  'Postgres restarts',
  'synchronous fail-over',
  'asynchronous fail-over',
  'fail-over to a forgotten standby',
  'standby answers',
  'Redis connection reset',
  'Redis cut off',
  'Redis restarts empty',
  'Redis restarts from its dump',
  'Redis stops',
  'keys flushed',
  'key evicted',
  'demoted and promoted',
  'replica promoted',
  'another Redis',
  'slot moves',
  'slot copy left behind',
  'process killed',
  'process paused',
  'machine asleep',
  'wall clock steps',
  'database clock steps',
  'dead leases removed',
  'no index registered',
  'index registered anew',
  'moved to another Redis and back',
  'Postgres cut off',
  'holder silent',
  'instance joins',
  'Redis stalls',
] as const;

export type FaultKind = (typeof FAULTS)[number];

/** Runs that have something in common; what a theme leaves out is drawn. */
interface Theme {
  weight: number;
  faults: readonly FaultKind[];
  /** Share of the theme's faults that a run gets. */
  share: number;
  change?: (chance: Chance) => Partial<Settings>;
}

/** One account, two sessions, somebody who asks all the time: what is left is the order of things. */
const focused: Partial<Settings> = {
  accounts: 1,
  clients: 2,
  monitors: 1,
  hasSignIns: false,
  isIndexWarm: true,
  sweepMs: 60_000,
};

const themes: Record<string, Theme> = {
  'pure interleavings': { weight: 0.15, faults: [], share: 0 },
  'late commands': {
    weight: 0.16,
    faults: [
      'Redis connection reset',
      'Redis stalls',
      'Redis stalls',
      'process killed',
      'key evicted',
      'connection lost',
      'commit unanswered',
    ],
    share: 0.5,
    change: (chance) => ({
      ...focused,
      hasLaggards: true,
      hasOutsider: true,
      slowShare: chance.of([0.05, 0.15, 0.3]),
      slowWeight: chance.of([0.02, 0.06]),
      timeWeight: chance.of([0.02, 0.1, 0.3]),
      faultWeight: chance.of([0.05, 0.2]),
      verifyShare: 0.35,
    }),
  },
  generations: {
    weight: 0.16,
    faults: [
      'no index registered',
      'index registered anew',
      'index registered anew',
      'replica promoted',
      'demoted and promoted',
      'another Redis',
      'moved to another Redis and back',
      'Redis restarts from its dump',
      'Redis restarts empty',
      'Postgres cut off',
      'Redis cut off',
      'process paused',
      'machine asleep',
      'wall clock steps',
      'asynchronous fail-over',
      'synchronous fail-over',
      'dead leases removed',
    ],
    share: 0.3,
    change: (chance) => ({
      hasSignIns: false,
      accounts: 1,
      monitors: 1 + chance.below(2),
      timeWeight: chance.of([0.03, 0.1, 0.3, 0.6]),
      maxFaults: 2 + chance.below(6),
    }),
  },
  leases: {
    weight: 0.12,
    faults: [
      'holder silent',
      'index registered anew',
      'index registered anew',
      'instance joins',
      'no index registered',
      'another Redis',
      'replica promoted',
    ],
    share: 0.6,
    change: (chance) => ({
      ...focused,
      instances: 2,
      areClocksApart: chance.flip(0.5),
      timeWeight: chance.of([0.05, 0.15, 0.4]),
      faultWeight: chance.of([0.05, 0.2]),
      maxFaults: 2 + chance.below(3),
    }),
  },
  stories: {
    weight: 0.2,
    faults: ['process killed', 'connection lost', 'index registered anew'],
    share: 0.15,
    change: (chance) => ({
      ...focused,
      instances: 2,
      monitors: chance.below(2),
      isCold: false,
      areClocksApart: chance.flip(0.6),
      story: chance.of([
        'holder replaced',
        'holder replaced',
        'joins beside a registration',
        'joins and is forgotten',
        'registration forgotten',
        'fence arrives late',
        'moved and back',
        'same timeline twice',
      ] as const),
      leaseMs: chance.of([3_000, 3_000, 6_000]),
      deadlineMs: [8_000, 16_000],
      verifyShare: 0.3,
      operationsPerClient: 3 + chance.below(4),
      slowShare: chance.of([0, 0.05, 0.15]),
      timeWeight: chance.of([0.03, 0.08, 0.2]),
      maxFaults: 1,
    }),
  },
  'fail-over': {
    weight: 0.06,
    faults: [
      'holder silent',
      'index registered anew',
      'asynchronous fail-over',
      'asynchronous fail-over',
      'fail-over to a forgotten standby',
    ],
    share: 0.8,
    change: (chance) => ({
      ...focused,
      timeWeight: chance.of([0.05, 0.15, 0.4]),
      faultWeight: 0.1,
      maxFaults: 3 + chance.below(4),
    }),
  },
  cluster: {
    weight: 0.08,
    faults: [
      'slot moves',
      'slot copy left behind',
      'key evicted',
      'process killed',
      'Redis connection reset',
    ],
    share: 0.6,
    change: () => ({ isCluster: true, isIndexWarm: true }),
  },
  everything: { weight: 0.2, faults: FAULTS, share: 0.2 },
};

/** Draws the settings of a seed. */
export const drawSettings = (chance: Chance): Settings => {
  const names = Object.keys(themes);
  const theme = names[chance.pick(Object.values(themes).map(({ weight }) => weight))] ?? 'everything';
  const { faults, share, change } = themes[theme] as Theme;
  const settings: Settings = {
    theme,
    instances: chance.flip(0.6) ? 2 : 3,
    accounts: chance.flip(0.8) ? 1 : 2,
    clients: 2 + chance.below(3),
    monitors: chance.flip(0.2) ? 1 : 0,
    operationsPerClient: 2 + chance.below(5),
    hasOutsider: chance.flip(0.4),
    verifyShare: chance.of([0.35, 0.5]),
    hasSignIns: chance.flip(0.7),
    isIndexWarm: chance.flip(0.6),
    isCold: chance.flip(0.1),
    leaseMs: chance.of([3_000, 6_000]),
    pollMs: chance.of([500, 1_000]),
    sweepMs: chance.of([2_000, 60_000, 60_000]),
    databaseLoss: 'refuse',
    isCluster: false,
    hasLaggards: chance.flip(0.5),
    areClocksApart: false,
    slowShare: chance.of([0, 0.05, 0.15, 0.3]),
    slowWeight: chance.of([0.01, 0.03, 0.1]),
    timeWeight: chance.of([0.02, 0.08, 0.25]),
    story: null,
    deadlineMs: [1_500, 9_000],
    faultWeight: chance.of([0.02, 0.05, 0.12]),
    faults: new Set(faults.filter(() => chance.flip(share))),
    maxFaults: 1 + chance.below(6),
  };
  return { ...settings, ...change?.(chance) };
};
