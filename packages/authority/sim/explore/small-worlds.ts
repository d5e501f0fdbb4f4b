import type { Input, Outcome } from '../check/history.ts';
import { type Known, perform } from '../clients.ts';
import { registerBy } from '../faults.ts';
import type { Instance } from '../instance.ts';
import type { World } from '../world.ts';

/** A world small enough to be played in every order. */
export interface SmallWorld {
  name: string;
  /** Mutants that have to fail here: else that nothing else fails proves nothing. */
  negatives: readonly string[];
  /** Life of a lease, where it matters. */
  leaseMs?: number;
  begin: (world: World, task: (work: Promise<unknown>) => void) => Promise<void>;
}

const known: Known = { accountId: 'a1', sessions: ['a1-s1'], passwords: ['p0'], links: ['a1-l0'] };
const verify: Input = { kind: 'verify', sessionId: 'a1-s1' };
const reset = { kind: 'reset', linkId: 'a1-l0', password: 'p1' } as const satisfies Input;
const revokeAll: Input = { kind: 'revoke all', callerId: 'a1-s1' };
const signOut: Input = { kind: 'revoke one', callerId: 'a1-s1', sessionId: 'a1-s1' };

const at = (world: World, place: number): Instance => {
  const instance = world.instances[place];
  if (instance === undefined) throw new Error(`there is no instance ${place}`);
  return instance;
};

/** One client: each operation begins when the scheduler says so. */
const script = async (
  world: World,
  on: Instance,
  by: string,
  inputs: readonly Input[],
): Promise<Outcome | null> => {
  let outcome: Outcome | null = null;
  for (const input of inputs) {
    await new Promise<void>((resolve) => void world.scheduler.add(`${by} goes on`, resolve));
    if (!on.process.isAlive) return null;
    const deadlineMs = on.process.clock.monotonicMs() + 100_000;
    outcome = await perform(world, known, on, by, input, { deadlineMs, bestEffort: 'none' });
  }
  return outcome;
};

/** Happens once, at any moment or never. */
const fault = (world: World, label: string, run: () => void): void =>
  void world.scheduler.add(`FAULT ${label}`, run);

/** The index holds the session as live. */
const warm = async (world: World): Promise<void> => {
  const on = at(world, 0);
  void on.authority.verifier.verify('a1-s1', 'a1');
  const isFilled = () => [...world.primary().keys.values()].some(({ fields }) => fields.has('s:a1-s1'));
  await world.scheduler.run(() => isFilled() && world.scheduler.pending().length === 0, 100);
};

/** Asks Postgres alone: what it says is over may be accepted by nobody afterwards (G2). */
const witness = (world: World): Instance => world.start('witness', false);

export const smallWorlds: readonly SmallWorld[] = [
  {
    name: 'a reset that dies anywhere, a witness, then a verification by the index',
    negatives: ['no fence'],
    begin: async (world, task) => {
      await warm(world);
      const [i1, i2] = [at(world, 0), at(world, 1)];
      task(script(world, i1, 'reset', [reset]));
      task(inTurn(world, 'client', [witness(world), i2], verify));
      fault(world, 'kill i1', () => i1.process.kill());
    },
  },
  {
    name: 'a reset that dies anywhere, beside a verification, then a witness and another one',
    negatives: ['RELEASE before COMMIT'],
    begin: async (world, task) => {
      await warm(world);
      const [i1, i2] = [at(world, 0), at(world, 1)];
      task(script(world, i1, 'reset', [reset]));
      task(inTurn(world, 'client', [i2, witness(world), i2], verify));
      fault(world, 'kill i1', () => i1.process.kill());
    },
  },
  {
    name: 'a reset beside three verifications that find an empty index',
    negatives: ['FILL without its nonce'],
    begin: async (world, task) => {
      task(script(world, at(world, 0), 'reset', [reset]));
      task(script(world, at(world, 1), 'client', [verify, verify, verify]));
    },
  },
  {
    name: 'a reset beside two clients on two instances',
    negatives: [],
    begin: async (world, task) => {
      await warm(world);
      task(script(world, at(world, 0), 'reset', [reset]));
      task(script(world, at(world, 0), 'c1', [verify]));
      task(script(world, at(world, 1), 'c2', [verify]));
    },
  },
  {
    name: 'a sign-in with the old password beside a reset',
    negatives: ['sign-in does not compare the epoch'],
    begin: async (world, task) => {
      task(script(world, at(world, 0), 'reset', [reset]));
      task(signInAndVerify(world, at(world, 1)));
    },
  },
  {
    name: 'a sign-out whose connection breaks anywhere, and its retry elsewhere',
    negatives: ['no fence'],
    begin: async (world, task) => {
      await warm(world);
      const [i1, i2] = [at(world, 0), at(world, 1)];
      task(script(world, i1, 'first', [signOut]));
      task(script(world, i2, 'second', [signOut, verify]));
      fault(world, 'the connection of the sign-out breaks', () => {
        for (const one of world.database.connections)
          if (one.process === i1.process && one.isInUse()) one.lose(true);
      });
    },
  },
  {
    name: 'two resets with one link',
    negatives: ['a link is spent without a condition'],
    begin: async (world, task) => {
      task(script(world, at(world, 0), 'first', [reset]));
      task(script(world, at(world, 1), 'second', [{ ...reset, password: 'p2' }]));
    },
  },
  {
    name: 'a fence that is given up and arrives late, a witness, then a verification',
    negatives: ['a fence that was not acknowledged will do'],
    begin: async (world, task) => {
      await warm(world);
      const [i1, i2] = [at(world, 0), at(world, 1)];
      task(script(world, i1, 'reset', [reset]));
      task(inTurn(world, 'client', [witness(world), i2], verify));
      fault(world, 'i1 loses its connection to Redis', () => i1.index.reset());
    },
  },
  {
    name: 'a new generation beside a revocation, and a holder of the old one',
    negatives: ['nobody waits for "effective"'],
    leaseMs: 150,
    begin: async (world, task) => {
      await warm(world);
      registerBy(world, at(world, 0), true);
      task(at(world, 0).authority.lease.pollOnce());
      task(script(world, at(world, 0), 'revoker', [revokeAll]));
      task(script(world, at(world, 1), 'holder', [verify]));
    },
  },
];

/** One client, one operation after the other, each on the next instance. */
const inTurn = async (
  world: World,
  by: string,
  instances: readonly Instance[],
  input: Input,
): Promise<void> => {
  for (const on of instances) await script(world, on, by, [input]);
};

/** The session that a sign-in opens is asked for as soon as its name is known. */
const signInAndVerify = async (world: World, on: Instance): Promise<void> => {
  const outcome = await script(world, on, 'client', [{ kind: 'sign in', password: 'p0' }]);
  if (outcome?.kind === 'done' && outcome.sessionId !== undefined)
    await script(world, on, 'client', [{ kind: 'verify', sessionId: outcome.sessionId }]);
};
