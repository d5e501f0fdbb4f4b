import type { Chance } from './chance.ts';
import type { SessionLife } from './postgres/rows.ts';
import type { StoryName } from './stories.ts';
import { themes } from './themes.ts';

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
  hasAccountVerbs: boolean;
  manyShare: number;
  life: SessionLife;
  wallSkewMs: number;
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

const MONTH_MS = 30 * 86_400_000;

/** Draws the settings of a seed. @throws Error when there is no such theme */
export const drawSettings = (chance: Chance, wanted?: string): Settings => {
  const names = Object.keys(themes);
  const drawn = names[chance.pick(Object.values(themes).map(({ weight }) => weight))] ?? 'everything';
  const theme = wanted ?? drawn;
  const found = themes[theme];
  if (found === undefined) throw new Error(`there is no theme "${theme}"; there are:\n${names.join('\n')}`);
  const { faults, share, change } = found;
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
    hasAccountVerbs: false,
    manyShare: 0,
    life: { idleMs: MONTH_MS, absoluteMs: 10 * MONTH_MS },
    wallSkewMs: 0,
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
