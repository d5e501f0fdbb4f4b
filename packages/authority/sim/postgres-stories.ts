import { type Known, perform } from './clients.ts';
import { cleanUpLeases } from './postgres/clean-up.ts';
import { GENERATION } from './postgres/rows.ts';
import { cutOff, leaseEnd, leaseOf, lose, others, registerAnew, type Story, when } from './story.ts';

/** Stories of Postgres: what a fail-over forgets, clocks, and instances that are cut off. */

/** An instance joins, holds a lease, and a fail-over forgets that it ever did. */
export const joinsAndIsForgotten: Story = (world) => {
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
export const registrationForgotten: Story = (world) => {
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

/**
 * Two fail-overs choose the same number for their timeline: the second standby never followed the first. An instance
 * that joined between them is known to nobody afterwards.
 */
export const sameTimelineTwice: Story = (world) => {
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

/**
 * COMMIT is not answered, and a standby is promoted that never followed the last fail-over: it chooses the same number
 * for its timeline and gives out the transaction's number again.
 */
export const fateOfAnother: Story = (world) => {
  const { server } = world.database;
  const holder = world.first();
  const known: Known = { accountId: 'a1', sessions: [], passwords: [], links: [] };
  world.database.restart(() => server.failOver(0));
  const deadlineMs = holder.process.clock.monotonicMs() + 8 * world.options.leaseMs;
  const input = { kind: 'revoke all', callerId: 'a1-s1' } as const;
  void perform(world, known, holder, 'unanswered', input, { deadlineMs, bestEffort: 'none' });
  let isForgotten = false;
  const isCommitting = () =>
    [...world.database.connections].some((one) => one.process === holder.process && one.isCommitting());
  const forget = () => {
    world.database.restart(() => server.failOver(0, true));
    isForgotten = true;
  };
  when(world, 'a fail-over to a standby that never followed the last one', isCommitting, forget, 20);
  return { holder, hasBegun: () => isForgotten };
};

/** The clock of Postgres leaps so far that the row of a lease just granted looks long dead, and its holder goes silent. */
export const clockLeaps: Story = (world) => {
  const holder = world.first();
  const { database, options, chance } = world;
  const before = leaseOf(world, holder);
  const end = leaseEnd(holder);
  const old = database.server.committed.get(GENERATION);
  const isRenewed = () => leaseOf(world, holder) !== before && leaseEnd(holder) !== end;
  const leap = () => {
    lose(world, holder);
    world.stepDatabaseClock(chance.between(11.5, 20) * options.leaseMs);
    const [by] = others(world, holder);
    if (by !== undefined) void cleanUpLeases(database, by.process, options.leaseMs).catch(() => undefined);
    when(
      world,
      'a generation replaces that of the holder',
      () => leaseOf(world, holder) === undefined,
      () => registerAnew(world, holder),
      5,
    );
  };
  when(world, 'the clock of Postgres leaps', isRenewed, leap, 5);
  return { holder, hasBegun: () => database.server.committed.get(GENERATION) !== old };
};

/** Away for everybody, for longer than any lease. */
export const postgresAway: Story = (world) => {
  const { database, options, chance, scheduler } = world;
  const sinceMs = scheduler.nowMs;
  const forMs = options.leaseMs * chance.between(1.4, 3);
  const passed = (ms: number) => () => scheduler.nowMs - sinceMs > ms;
  database.restart((server) => server.crash());
  database.server.isUp = false;
  when(world, 'Postgres is up again', passed(forMs), () => void (database.server.isUp = true), 0.1);
  return { holder: world.first(), hasBegun: passed(1.1 * options.leaseMs) };
};

/** Cut off from Postgres for longer than a lease, while what it holds is replaced and the others go on. */
export const cutOffForLong: Story = (world) => {
  const holder = world.first();
  const { database, options, chance } = world;
  const old = database.server.committed.get(GENERATION);
  cutOff(world, holder, options.leaseMs * chance.between(1.5, 4));
  registerAnew(world, holder);
  return { holder, hasBegun: () => database.server.committed.get(GENERATION) !== old };
};
