import type { Chance } from './chance.ts';
import { FAULTS, type FaultKind } from './fault-kinds.ts';
import type { Settings } from './settings.ts';

/** Runs that have something in common; what a theme leaves out is drawn. */
export interface Theme {
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

export const themes: Record<string, Theme> = {
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
    weight: 0.3,
    faults: ['process killed', 'connection lost', 'index registered anew'],
    share: 0.15,
    change: (chance) => ({
      ...focused,
      instances: 2,
      monitors: chance.below(2),
      hasOutsider: chance.flip(0.6),
      isCold: false,
      areClocksApart: chance.flip(0.75),
      story: chance.of([
        'holder replaced',
        'holder replaced',
        'answer comes late',
        'joins beside a registration',
        'joins and is forgotten',
        'registration forgotten',
        'fence arrives late',
        'moved and back',
        'same timeline twice',
        'fate of another',
        'clock leaps',
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
  accounts: {
    weight: 0.1,
    faults: [
      'connection lost',
      'commit unanswered',
      'statement cancelled',
      'Redis connection reset',
      'process killed',
      'key evicted',
      'index registered anew',
      'standby answers',
    ],
    share: 0.3,
    change: (chance) => ({
      hasAccountVerbs: true,
      hasSignIns: true,
      manyShare: chance.of([0, 0.3, 0.6]),
      operationsPerClient: 3 + chance.below(5),
    }),
  },
  expiry: {
    weight: 0.06,
    faults: [
      'wall clock steps',
      'wall clock steps',
      'process paused',
      'machine asleep',
      'Postgres cut off',
      'Redis restarts empty',
      'connection lost',
    ],
    share: 0.25,
    change: (chance) => {
      const idleMs = chance.of([1_500, 3_000, 6_000]);
      return {
        life: { idleMs, absoluteMs: idleMs * chance.of([1, 1.5, 3]) },
        wallSkewMs: chance.of([0, 5_000, 3_600_000]),
        verifyShare: 0.8,
        manyShare: chance.of([0, 0.2]),
        operationsPerClient: 4 + chance.below(6),
        timeWeight: chance.of([0.1, 0.3, 0.6]),
      };
    },
  },
  /** Verifications go on without Postgres, for everybody alike: nobody can be revoked elsewhere. */
  'serving without Postgres': {
    weight: 0.03,
    faults: ['Redis connection reset', 'key evicted', 'process killed', 'Redis restarts empty'],
    share: 0.4,
    change: (chance) => ({
      databaseLoss: 'serve',
      story: 'Postgres away',
      isIndexWarm: true,
      isCold: false,
      monitors: 2,
      slowShare: 0,
      hasLaggards: false,
      timeWeight: chance.of([0.02, 0.05]),
    }),
  },
  /** What the same setting does not promise; drawn by nobody, asked for by a test. */
  'cut off and serving': {
    weight: 0,
    faults: [],
    share: 0,
    change: () => ({
      ...focused,
      databaseLoss: 'serve',
      instances: 2,
      isCold: false,
      story: 'cut off for long',
      leaseMs: 3_000,
      deadlineMs: [8_000, 16_000],
    }),
  },
  everything: { weight: 0.2, faults: FAULTS, share: 0.2 },
};
