import { type Known, perform } from './clients.ts';
import { registerBy, silence } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Action } from './scheduler.ts';
import { GENERATION, leaseKey, type LeaseRow } from './postgres/rows.ts';
import type { World } from './world.ts';

/**
 * Faults that matter only in one order, within one moment. Chance alone finds that moment too rarely; a story waits for
 * it, and leaves everything around it to chance.
 */
export type StoryName = keyof typeof stories;

type Story = (world: World) => Told;

interface Told {
  /** Who ends up with a lease that the others do not know of: it is asked all the time, and asked to end nothing. */
  holder: Instance;
  /** From here on clients may come. */
  hasBegun: () => boolean;
}

/** Happens once `isReady` holds, as readily as anything else. */
const when = (world: World, label: string, isReady: () => boolean, run: () => void, weight = 1): void =>
  void world.scheduler.add(label, run, { weight, isReady });

const leaseOf = (world: World, { name }: Instance): LeaseRow | undefined =>
  world.database.server.committed.get(leaseKey(name)) as LeaseRow | undefined;

const leaseEnd = ({ authority }: Instance): number => authority.lease.trust()?.leaseEndsAtMs ?? 0;

const others = (world: World, holder: Instance): Instance[] =>
  world.alive().filter((one) => one !== holder && !one.process.isPaused);

/** Cut off from Postgres, stopped, or asleep with its machine, for about as long as a lease lasts. */
const lose = (world: World, holder: Instance): void => {
  const way = world.chance.of(['cut off', 'cut off', 'paused', 'asleep']);
  const sinceMs = world.scheduler.nowMs;
  const isOver = (ms: number) => () => world.scheduler.nowMs - sinceMs > ms;
  const forMs = world.options.leaseMs * world.chance.between(0.9, 1.6);
  world.scheduler.note(`FAULT ${holder.name} is ${way}`);
  if (way !== 'cut off') return silence(world, holder, way === 'asleep', 0.3, isOver(forMs));
  world.database.cut(holder.process, false);
  const back = () => void world.database.cutOff.delete(holder.process);
  when(world, `${holder.name} reaches Postgres again`, isOver(forMs), back, 0.3);
};

const registerAnew = (world: World, holder: Instance): void => {
  const [by] = others(world, holder);
  if (by !== undefined) registerBy(world, by, true);
};

/** The generation is replaced in the moment in which a holder renewed its lease, which it then cannot renew again. */
const holderReplaced: Story = (world) => {
  const holder = world.first();
  const before = leaseOf(world, holder);
  const end = leaseEnd(holder);
  let isSilent = false;
  const isRenewed = () => leaseOf(world, holder) !== before;
  when(
    world,
    'a generation replaces that of a lease just granted',
    isRenewed,
    () => registerAnew(world, holder),
    5,
  );
  when(
    world,
    'the holder goes silent',
    () => isRenewed() && leaseEnd(holder) !== end,
    () => {
      lose(world, holder);
      isSilent = true;
    },
    5,
  );
  const old = world.database.server.committed.get(GENERATION);
  const isReplaced = () => world.database.server.committed.get(GENERATION) !== old;
  return { holder, hasBegun: () => isSilent && isReplaced() };
};

/** An instance asks for its first lease while the generation that it asks for is being replaced. */
const joinsBesideRegistration: Story = (world) => {
  const holder = world.start();
  let isRegistering = false;
  const isAboutToCommit = () =>
    [...world.database.connections].some((one) => one.process === holder.process && one.isAboutToCommit());
  when(
    world,
    'a generation is registered beside a first lease',
    isAboutToCommit,
    () => {
      // The first lease is on its way to disk for as long as a story may take.
      for (const action of world.scheduler.pending())
        if (action.label.startsWith(`${holder.name} lease: its statement commits`)) action.weight = 0.02;
      registerAnew(world, holder);
      isRegistering = true;
    },
    20,
  );
  when(
    world,
    'the new holder goes silent',
    () => leaseEnd(holder) > 0,
    () => lose(world, holder),
    0.5,
  );
  return { holder, hasBegun: () => isRegistering };
};

/** An instance joins, holds a lease, and a fail-over forgets that it ever did. */
const joinsAndIsForgotten: Story = (world) => {
  const { server } = world.database;
  const holder = world.start();
  let commits = 0;
  let isForgotten = false;
  const hasLease = () => {
    if (leaseOf(world, holder) === undefined) commits = server.commitsOfTimeline();
    return leaseEnd(holder) > 0;
  };
  when(world, 'a fail-over forgets the new lease', hasLease, () => {
    lose(world, holder);
    world.database.restart(() => server.failOver(server.commitsOfTimeline() - commits));
    isForgotten = true;
  });
  return { holder, hasBegun: () => isForgotten };
};

/** A generation is registered and used, and a fail-over forgets it. */
const registrationForgotten: Story = (world) => {
  const holder = world.first();
  const { server } = world.database;
  const commits = server.commitsOfTimeline();
  const name = holder.authority.lease.trust()?.generation.name;
  registerAnew(world, holder);
  const usesIt = () => {
    const trust = holder.authority.lease.trust();
    return trust !== null && trust.generation.name !== name && trust.leaseEndsAtMs > 0;
  };
  const forget = () => {
    lose(world, holder);
    world.database.restart(() => server.failOver(server.commitsOfTimeline() - commits));
  };
  when(world, 'a fail-over forgets the generation', () => usesIt() && world.isIndexFilled(name), forget, 0.3);
  return { holder, hasBegun: usesIt };
};

/** A fence is given up and its release sent; both arrive, in this order, while somebody else's fence is at work. */
const fenceArrivesLate: Story = (world) => {
  const holder = world.first();
  const known: Known = { accountId: 'a1', sessions: ['a1-s1'], passwords: [], links: [] };
  void perform(world, known, holder, 'late', { kind: 'revoke others', callerId: 'a1-s1' });
  const stuck: Action[] = [];
  const sent = (script: string) =>
    world.scheduler
      .pending()
      .find(({ label, weight }) => label.startsWith(`${holder.name} redis1 ${script} a1 `) && weight > 0);
  const hold = (script: string) => {
    const action = sent(script);
    if (action === undefined) return;
    action.weight = 0;
    stuck.push(action);
  };
  when(
    world,
    'the fence is stuck',
    () => sent('FENCE') !== undefined,
    () => {
      hold('FENCE');
      holder.index.reset();
      when(
        world,
        'its release is stuck',
        () => sent('RELEASE') !== undefined,
        () => hold('RELEASE'),
        20,
      );
    },
    20,
  );
  const isSomebodyAtWork = () =>
    stuck.length === 2 && [...world.primary().keys.values()].some(({ fields }) => fields.has('f'));
  when(world, 'the fence arrives', isSomebodyAtWork, () => {
    for (const action of stuck) action.weight = action === stuck[0] ? 1_000 : 1;
  });
  return { holder, hasBegun: () => stuck.length > 0 };
};

/** Everybody moves to another Redis, something is revoked there, and everybody moves back to the first. */
const movedAndBack: Story = (world) => {
  const holder = world.first();
  const [home, away] = world.redis;
  if (home === undefined || away === undefined) throw new Error('a world has two Redis servers');
  const pointAll = (server: typeof home) => world.instances.forEach(({ target }) => target.pointAt(server));
  const trusts = (server: typeof home) => () =>
    holder.authority.lease.trust()?.generation.replicationIds?.includes(server.replid) === true;
  pointAll(away);
  const isRevoked = () =>
    world.history.operations.some(
      ({ input, outcome }) => input.kind !== 'verify' && outcome?.kind === 'done',
    );
  when(world, 'everybody is pointed at the first Redis again', isRevoked, () => pointAll(home), 0.3);
  return { holder, hasBegun: trusts(away) };
};

/**
 * Two fail-overs choose the same number for their timeline: the second standby never followed the first. An instance
 * that joined between them is known to nobody afterwards.
 */
const sameTimelineTwice: Story = (world) => {
  const { server } = world.database;
  const holder = world.start();
  world.database.restart(() => server.failOver(0));
  let isForgotten = false;
  const sinceMs = world.scheduler.nowMs;
  const isSettled = () =>
    world.scheduler.nowMs - sinceMs > 1.3 * world.options.leaseMs &&
    leaseEnd(holder) > holder.process.clock.monotonicMs() &&
    world.isIndexFilled('g0');
  when(
    world,
    'a fail-over to a standby that never followed the last one',
    isSettled,
    () => {
      lose(world, holder);
      world.database.restart(() => server.failOver(0, true));
      isForgotten = true;
    },
    5,
  );
  return { holder, hasBegun: () => isForgotten };
};

export const stories = {
  'holder replaced': holderReplaced,
  'joins beside a registration': joinsBesideRegistration,
  'joins and is forgotten': joinsAndIsForgotten,
  'registration forgotten': registrationForgotten,
  'fence arrives late': fenceArrivesLate,
  'moved and back': movedAndBack,
  'same timeline twice': sameTimelineTwice,
} satisfies Record<string, Story>;
