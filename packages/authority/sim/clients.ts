import { changePassword, disable, enable } from './account-verbs.ts';
import type { Input, Outcome } from './check/history.ts';
import type { Instance } from './instance.ts';
import {
  issueLink,
  reset,
  revokeMany,
  revokeOne,
  signIn,
  type VerbOptions,
  verify,
  verifyMany,
} from './verbs.ts';
import type { World } from './world.ts';

/** What the clients of one account know together: they share their passwords and links, and send each other's sessions. */
export interface Known {
  accountId: string;
  sessions: string[];
  passwords: string[];
  links: string[];
}

/** Runs one operation on an instance and writes down what came out; null when its process died. */
export const perform = async (
  world: World,
  known: Known,
  on: Instance,
  by: string,
  input: Input,
  given?: VerbOptions,
): Promise<Outcome | null> => {
  const { history } = world;
  const { accountId } = known;
  const operation = history.invoke(accountId, `${by}@${on.name}`, input);
  world.scheduler.note(`#${operation.id} begins: ${by} on ${on.name}: ${Object.values(input).join(' ')}`);
  on.process.remember(`#${input.kind}`);
  const outcome = await outlived(
    on,
    arrived(on, () => run(on, accountId, input, given ?? drawOptions(world, on))),
    (error): Outcome => ({ kind: 'crashed', error: String(error) }),
  );
  if (outcome !== null) history.return(operation, outcome);
  world.scheduler.note(
    `#${operation.id} ${outcome === null ? 'never returns: its process died' : `returns ${Object.values(outcome).join(' ')}`}`,
  );
  return outcome;
};

/** One call that asks for several sessions, some of them twice: one operation for each answer. */
const performMany = async (world: World, known: Known, on: Instance, by: string): Promise<void> => {
  const { history, chance, scheduler } = world;
  const asked = Array.from({ length: 2 + chance.below(3) }, () => chance.of(known.sessions));
  const operations = asked.map((sessionId) =>
    history.invoke(known.accountId, `${by}, many@${on.name}`, { kind: 'verify', sessionId }),
  );
  const first = operations[0]?.id;
  scheduler.note(`#${first} and more begin: ${by} on ${on.name}: verify ${asked.join(' ')}`);
  on.process.remember('#verify many');
  const outcomes = await outlived(
    on,
    arrived(on, () => verifyMany(on, asked, known.accountId)),
    () => null,
  );
  operations.forEach((operation, n) => {
    const outcome = outcomes?.[n];
    if (outcome !== undefined) history.return(operation, outcome);
  });
  scheduler.note(
    `#${first} and more return ${outcomes?.map((one) => Object.values(one).join(' ')).join(', ')}`,
  );
};

const drawOptions = ({ chance, options }: World, on: Instance): VerbOptions => ({
  deadlineMs: on.process.clock.monotonicMs() + chance.between(...options.deadlineMs),
  bestEffort: chance.of(['none', 'none', 'none', 'works', 'fails']),
});

const run = (on: Instance, accountId: string, input: Input, options: VerbOptions): Promise<Outcome> => {
  switch (input.kind) {
    case 'verify':
      return verify(on, input.sessionId, accountId);
    case 'sign in':
      return signIn(on, accountId, input.password, options);
    case 'issue link':
      return issueLink(on, accountId, input.linkId);
    case 'reset':
      return reset(on, accountId, input.linkId, input.password, options);
    case 'revoke one':
      return revokeOne(on, accountId, input.callerId, input.sessionId, options);
    case 'revoke others':
      return revokeMany(on, accountId, input.callerId, true, options);
    case 'revoke all':
      return revokeMany(on, accountId, input.callerId, false, options);
    case 'change password':
      return changePassword(on, accountId, input, options);
    case 'disable':
      return disable(on, accountId, options);
    case 'enable':
      return enable(on, accountId, options);
  }
};

/** A process that stands still takes a request when it goes on. */
const arrived = <T>({ process }: Instance, work: () => Promise<T>): Promise<T> =>
  process.isPaused
    ? new Promise((resolve, reject) =>
        process.deliver(`${process.name} takes a request`, () => void work().then(resolve, reject)),
      )
    : work();

const outlived = <T>(on: Instance, outcome: Promise<T>, failed: (error: unknown) => T | null) =>
  new Promise<T | null>((resolve) => {
    on.process.atDeath(() => resolve(null));
    outcome.then(resolve, (error: unknown) => resolve(failed(error)));
  });

export interface ClientPlan {
  operations: number;
  verifyShare: number;
  hasSignIns: boolean;
  /** Changes of the password, and an operator who disables and enables the account. */
  hasAccountVerbs: boolean;
  /** How many verifications ask for several sessions at once. */
  manyShare: number;
}

/** One client: a few operations, one after the other, each on an instance of its choice. */
export const client = async (world: World, known: Known, name: string, plan: ClientPlan): Promise<void> => {
  const { chance } = world;
  for (let n = 0; n < plan.operations; n += 1) {
    await turn(world, name);
    const instances = world.forClients();
    if (instances.length === 0) return;
    const on = chance.of(instances);
    const input = draw(world, known, plan);
    const callerId = 'callerId' in input ? input.callerId : null;
    // The gate of the service: whoever wants to end sessions has to have one.
    if (callerId !== null) {
      const seen = await perform(world, known, on, name, { kind: 'verify', sessionId: callerId });
      if (seen?.kind !== 'live') continue;
    }
    if (input.kind === 'verify' && plan.manyShare > 0 && chance.flip(plan.manyShare)) {
      await performMany(world, known, on, name);
      continue;
    }
    const outcome = await perform(world, known, on, name, input);
    if (outcome?.kind === 'done' && outcome.sessionId !== undefined) known.sessions.push(outcome.sessionId);
    if (outcome?.kind === 'done' && input.kind === 'issue link') known.links.push(input.linkId);
    if (outcome?.kind === 'done' && ENDS.has(input.kind)) await insist(world, known, name, input);
    if (outcome?.kind === 'live' && input.kind === 'verify' && chance.flip(0.3))
      on.touch(input.sessionId, known.accountId);
  }
};

const ENDS = new Set(['reset', 'revoke one', 'revoke others', 'revoke all', 'change password', 'disable']);

/** Success is a promise from this moment on: holds it to it at once, where it is hardest to keep. */
const insist = async (world: World, known: Known, name: string, input: Input): Promise<void> => {
  const { chance } = world;
  const on = world.holder?.process.isAlive ? world.holder : chance.of(world.instances);
  const sessionId = input.kind === 'revoke one' ? input.sessionId : chance.of(known.sessions);
  if (on.process.isAlive && chance.flip(0.7))
    await perform(world, known, on, name, { kind: 'verify', sessionId });
};

/** Waits until the scheduler lets this client go on. */
const turn = (world: World, name: string, weight = 0.7): Promise<void> =>
  new Promise((resolve) => void world.scheduler.add(`${name} goes on`, resolve, { weight }));

const draw = (world: World, known: Known, plan: ClientPlan): Input => {
  const { chance } = world;
  const sessionId = chance.of(known.sessions);
  if (chance.flip(plan.verifyShare)) return { kind: 'verify', sessionId };
  if (plan.hasAccountVerbs && chance.flip(0.4)) return drawAccountVerb(world, known, sessionId);
  const point = chance.next() * (plan.hasSignIns ? 1 : 0.7);
  if (point < 0.3) {
    const password = `p${world.history.now()}`;
    known.passwords.push(password);
    return { kind: 'reset', linkId: chance.of(known.links), password };
  }
  if (point < 0.5)
    return {
      kind: 'revoke one',
      callerId: chance.flip(0.5) ? sessionId : chance.of(known.sessions),
      sessionId,
    };
  if (point < 0.7) return { kind: point < 0.6 ? 'revoke others' : 'revoke all', callerId: sessionId };
  if (point < 0.9) return { kind: 'sign in', password: chance.of(known.passwords) };
  return { kind: 'issue link', linkId: `${known.accountId}-m${world.history.now()}` };
};

const drawAccountVerb = ({ chance, history }: World, known: Known, callerId: string): Input => {
  const kind = chance.of(['change password', 'change password', 'disable', 'enable', 'enable'] as const);
  if (kind !== 'change password') return { kind };
  const renewed = `p${history.now()}`;
  const password = chance.of(known.passwords);
  known.passwords.push(renewed);
  return { kind, callerId, password, renewed };
};

/** Keeps asking one instance, as a page that polls does. */
export const monitor = async (
  world: World,
  known: Known,
  on: Instance,
  verifications: number,
): Promise<void> => {
  for (let n = 0; n < verifications && on.process.isAlive; n += 1) {
    await turn(world, `monitor ${on.name}`, 0.15);
    await perform(world, known, on, 'monitor', {
      kind: 'verify',
      sessionId: world.chance.of(known.sessions),
    });
  }
};

/** Asks every instance about everything: what a run left behind must be right, too. */
export const audit = async (
  world: World,
  known: Known,
  on: Instance,
  withPasswords: boolean,
): Promise<void> => {
  const name = `audit ${on.name}`;
  for (const sessionId of known.sessions) {
    await turn(world, name);
    await perform(world, known, on, name, { kind: 'verify', sessionId });
  }
  if (!withPasswords) return;
  for (const password of known.passwords) {
    await turn(world, name);
    const outcome = await perform(world, known, on, name, { kind: 'sign in', password });
    if (outcome?.kind === 'done' && outcome.sessionId !== undefined)
      await perform(world, known, on, name, { kind: 'verify', sessionId: outcome.sessionId });
  }
};
