import { Chance } from './chance.ts';
import { check, explain } from './check/checker.ts';
import { audit, client, type Known, monitor } from './clients.ts';
import { faults, saveDumps } from './faults.ts';
import { Scheduler } from './scheduler.ts';
import type { FaultKind } from './fault-kinds.ts';
import { drawSettings, type Settings } from './settings.ts';
import { stories, type StoryName } from './stories.ts';
import { World } from './world.ts';

export interface SeedResult {
  seed: number;
  /** Readable violations, empty when every guarantee held. */
  violations: string[];
  steps: number;
  operations: number;
  /** Verifications that a store could decide, those that the index alone decided, and those that nobody could. */
  verifications: number;
  fromIndex: number;
  unavailable: number;
  unknown: number;
  faults: string[];
}

/** What is not left to the seed. */
export interface Given {
  theme?: string;
  databaseLoss?: 'refuse' | 'serve';
}

const WARM_UP_STEPS = 2_000;
const STORY_STEPS = 500;
const MAX_STEPS = 3_000;

/** Plays one schedule to its end and judges it. The same seed plays the same schedule, step by step. */
export const runSeed = async (
  seed: number,
  trace: ((line: string) => void) | null = null,
  given: Given = {},
): Promise<SeedResult> => {
  const chance = new Chance(seed);
  const settings = { ...drawSettings(chance, given.theme), ...given };
  const scheduler = new Scheduler(chance);
  scheduler.trace = trace;
  trace?.(`seed ${seed}: ${describeSettings(settings)}`);
  const world = new World(scheduler, chance, { ...settings, isEager: false, sessionsPerAccount: 2 });
  const struck: string[] = [];
  await play(world, settings, struck);
  const violations = check(world.history, world.initial, settings.leaseMs);
  for (const violation of violations) trace?.(`\n${explain(violation)}`);
  return { seed, violations: violations.map(explain), ...count(world), faults: struck };
};

const play = async (world: World, settings: Settings, struck: string[]): Promise<void> => {
  const { scheduler } = world;
  for (let n = 0; n < settings.instances; n += 1) world.start();
  scheduler.timeWeight = 0;
  if (!settings.isCold) await scheduler.run(() => world.instances.every(holdsLease), WARM_UP_STEPS);
  world.isWarm = true;
  scheduler.timeWeight = settings.timeWeight;
  const known = [...world.initial.keys()].map(knownOf);
  if (settings.isIndexWarm && !settings.isCold) await warmIndex(world, known);
  let isOver = false;
  sendFaults(world, settings, struck, () => isOver);
  let left = 0;
  const during = async (work: Promise<void>[]) => {
    left = work.length;
    for (const one of work) void one.then(() => (left -= 1));
    await scheduler.run(() => left === 0, MAX_STEPS);
  };
  const watched = world.instances.slice(0, settings.monitors);
  if (settings.story !== null) watched.push(await tell(world, settings.story));
  const everyClient = known.flatMap((one) =>
    Array.from({ length: settings.clients }, (_, n) =>
      client(world, one, `c${n + 1}`, { ...settings, operations: settings.operationsPerClient }),
    ),
  );
  if (settings.hasOutsider) watched.push(world.startOutsider());
  const monitors = known.flatMap((one) => watched.map((on) => monitor(world, one, on, 12)));
  await during([...everyClient, ...monitors]);
  isOver = true;
  const audits = (withPasswords: boolean) =>
    known.flatMap((one) => world.alive().map((on, n) => audit(world, one, on, withPasswords && n === 0)));
  await during(audits(false));
  // Somebody who asks Postgres alone knows what is over; after that nobody may say otherwise (G2).
  const outsider = world.outsider ?? world.startOutsider();
  await during(known.map((one) => audit(world, one, outsider, false)));
  // Whatever is still stuck somewhere arrives now: commands that were given up, backends that live on.
  for (const action of scheduler.pending()) action.weight = 1;
  scheduler.timeWeight = 0.02;
  await during(audits(true));
};

/** Begins a story and waits for its moment. @returns whom to watch from then on */
const tell = async (world: World, name: StoryName): Promise<World['instances'][number]> => {
  const { holder, hasBegun } = stories[name](world);
  world.holder = holder;
  const [known] = [...world.initial.keys()].map(knownOf);
  if (known !== undefined && (name === 'registration forgotten' || name === 'same timeline twice'))
    void monitor(world, known, holder, 6);
  await world.scheduler.run(hasBegun, STORY_STEPS);
  return holder;
};

/** Asks for every session once, so that the index holds it; nothing else happens meanwhile. */
const warmIndex = async (world: World, known: readonly Known[]): Promise<void> => {
  const [first] = world.instances;
  if (first === undefined) return;
  for (const { accountId, sessions } of known)
    for (const sessionId of sessions) {
      const isDone = { value: false };
      void first.authority.verifier.verify(sessionId, accountId).then(() => (isDone.value = true));
      await world.scheduler.run(
        () => isDone.value && world.redis.some(({ keys }) => holds(keys, sessionId)),
        200,
      );
    }
};

const holds = (keys: World['redis'][number]['keys'], sessionId: string) =>
  [...keys.values()].some(({ fields }) => fields.has(`s:${sessionId}`));

const holdsLease = ({ authority: { lease } }: World['instances'][number]): boolean => {
  const trust = lease.trust();
  return trust !== null && lease.holds(trust);
};

const knownOf = (accountId: string): Known => ({
  accountId,
  sessions: [`${accountId}-s1`, `${accountId}-s2`],
  passwords: ['p0'],
  links: [`${accountId}-l0`],
});

/** A fault is an action like any other, as likely as its weight. */
const sendFaults = (world: World, settings: Settings, struck: string[], isOver: () => boolean): void => {
  const { scheduler, chance } = world;
  const kinds = [...settings.faults] as FaultKind[];
  if (kinds.length === 0) return;
  const strike = () => {
    if (isOver() || struck.length >= settings.maxFaults) return;
    const kind = chance.of(kinds);
    const what = faults[kind](world);
    if (what !== null) {
      struck.push(kind);
      scheduler.note(`FAULT ${kind} ${what}`);
    }
    scheduler.add('', strike, { weight: settings.faultWeight });
  };
  scheduler.add('', strike, { weight: settings.faultWeight });
  if (!settings.faults.has('Redis restarts from its dump') && !settings.faults.has('Redis stops')) return;
  const save = () => {
    if (isOver()) return;
    saveDumps(world);
    scheduler.add('Redis saves its dump', save, { weight: 0.02 });
  };
  scheduler.add('Redis saves its dump', save, { weight: 0.02 });
};

const count = ({ history, scheduler }: World) => {
  const of = (test: (operation: (typeof history.operations)[number]) => boolean) =>
    history.operations.filter(test).length;
  const isVerify = ({ input }: (typeof history.operations)[number]) => input.kind === 'verify';
  return {
    steps: scheduler.steps,
    operations: history.operations.length,
    verifications: of(
      (one) => isVerify(one) && (one.outcome?.kind === 'live' || one.outcome?.kind === 'dead'),
    ),
    fromIndex: of(({ outcome }) => outcome?.kind === 'live' && outcome.source === 'index'),
    unavailable: of(({ outcome }) => outcome?.kind === 'unavailable'),
    unknown: of(({ outcome }) => outcome === null || outcome.kind === 'unknown'),
  };
};

const describeSettings = ({ faults: kinds, ...rest }: Settings): string =>
  `${JSON.stringify(rest)} faults: ${[...kinds].join(', ') || 'none'}`;
