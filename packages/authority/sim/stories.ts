import { type Known, perform } from './clients.ts';
import { GENERATION } from './postgres/rows.ts';
import {
  clockLeaps,
  cutOffForLong,
  fateOfAnother,
  joinsAndIsForgotten,
  postgresAway,
  registrationForgotten,
  sameTimelineTwice,
} from './postgres-stories.ts';
import type { Action } from './scheduler.ts';
import type { Instance } from './instance.ts';
import { cutOff, leaseEnd, leaseOf, lose, others, registerAnew, type Story, when } from './story.ts';
import type { World } from './world.ts';

export type StoryName = keyof typeof stories;

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

/** The same, and the answer to that renewal comes as late as an answer may. */
const answerComesLate: Story = (world) => {
  const holder = world.first();
  const { scheduler, chance, options } = world;
  const before = leaseOf(world, holder);
  const end = leaseEnd(holder);
  let isSilent = false;
  const stop = () => {
    holder.process.pause();
    scheduler.addTimer(chance.between(500, 950), `${holder.name} goes on`, () =>
      holder.process.resume(false),
    );
    const isRenewed = () => leaseOf(world, holder) !== before;
    when(world, 'a generation replaces that of the lease', isRenewed, () => registerAnew(world, holder), 20);
    const isGranted = () => leaseEnd(holder) !== end;
    const cut = () => {
      cutOff(world, holder, options.leaseMs * chance.between(1.1, 1.6));
      isSilent = true;
    };
    when(world, 'the holder is cut off', isGranted, cut, 20);
  };
  when(world, 'the holder stops before the answer', () => isRenewing(world, holder), stop, 20);
  return { holder, hasBegun: () => isSilent };
};

/** The row of its lease is written, and nobody sees it yet. */
const isRenewing = ({ database }: World, { name }: Instance): boolean =>
  [...database.connections].some((one) => one.label === `${name} lease` && one.isAboutToCommit());

const isRevoked = ({ history }: World): boolean =>
  history.operations.some(({ input, outcome }) => input.kind !== 'verify' && outcome?.kind === 'done');

/** As soon as a new generation is registered everybody but the holder polls, and one of them revokes. */
const revokeSoon = (world: World, holder: Instance): void => {
  const old = world.database.server.committed.get(GENERATION);
  const known: Known = { accountId: 'a1', sessions: [], passwords: [], links: [] };
  when(
    world,
    'the others learn of the generation',
    () => world.database.server.committed.get(GENERATION) !== old,
    () => {
      const all = others(world, holder);
      for (const { authority } of all) authority.lease.hurry();
      const [by] = all;
      if (by !== undefined)
        void perform(world, known, by, 'story', { kind: 'revoke all', callerId: 'a1-s1' });
    },
    20,
  );
};

/** An instance asks for its first lease while the generation that it asks for is being replaced. */
const joinsBesideRegistration: Story = (world) => {
  const holder = world.start();
  let isRegistering = false;
  when(
    world,
    'a generation is registered beside a first lease',
    () => isRenewing(world, holder),
    () => {
      const label = `${holder.name} lease: its statement commits`;
      // The first lease is on its way to disk until something was revoked under the next generation, if that is possible.
      const commits = world.scheduler.pending().filter((action) => action.label.startsWith(label));
      for (const action of commits) action.weight = 0.02;
      registerAnew(world, holder);
      isRegistering = true;
      revokeSoon(world, holder);
      when(
        world,
        'the first lease is written',
        () => isRevoked(world),
        () => {
          for (const action of commits) action.weight = 20;
        },
        20,
      );
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
  // Whoever committed meanwhile is slow to release: what the index says until then is what counts.
  const releases = () =>
    world.scheduler
      .pending()
      .filter(({ label, weight }) => / redis1 RELEASE a1 /.test(label) && weight >= 0.1)
      .filter((action) => !stuck.includes(action));
  when(world, 'the fence arrives', isSomebodyAtWork, () => {
    for (const action of stuck) action.weight = action === stuck[0] ? 1_000 : 1;
    const slow = () => {
      for (const action of releases()) action.weight = 0.02;
    };
    when(world, 'the release of another one is slow', () => releases().length > 0, slow, 50);
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
  when(
    world,
    'everybody is pointed at the first Redis again',
    () => isRevoked(world),
    () => pointAll(home),
    0.3,
  );
  return { holder, hasBegun: trusts(away) };
};

export const stories = {
  'holder replaced': holderReplaced,
  'answer comes late': answerComesLate,
  'joins beside a registration': joinsBesideRegistration,
  'joins and is forgotten': joinsAndIsForgotten,
  'registration forgotten': registrationForgotten,
  'fence arrives late': fenceArrivesLate,
  'moved and back': movedAndBack,
  'same timeline twice': sameTimelineTwice,
  'fate of another': fateOfAnother,
  'clock leaps': clockLeaps,
  'cut off for long': cutOffForLong,
  'Postgres away': postgresAway,
} satisfies Record<string, Story>;
