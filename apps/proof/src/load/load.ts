import type { Judge } from '../check/judge.ts';
import type { Random } from '../random.ts';
import { runService } from '../stack/keys.ts';
import type { ProofStack } from '../stack/stack.ts';
import { pause } from '@portcullis/devstack/wait';
import { createMinter } from './accounts.ts';
import { type Flood, startFlood } from './flood.ts';
import type { Graveyard } from './graveyard.ts';
import { createHttpClient } from './http.ts';
import { livePerson, type Surroundings } from './person.ts';
import { createProbes } from './probes.ts';
import { createService } from './service.ts';
import type { Tally } from './tally.ts';

export interface LoadParts {
  stack: ProofStack;
  random: Random;
  judge: Judge;
  graveyard: Graveyard;
  answers: Tally;
  oddities: Tally;
  refreshWindowMs: number;
  people: number;
  /** Told when an account's history was judged. */
  judged: () => void;
}

/** Clients at work: accounts that are lived, and the dead that are asked about. */
export interface Load {
  readonly flood: Flood;
  /** Lets nobody begin anything new and waits for what was begun. */
  endPeople(): Promise<void>;
  /** Stops asking about the dead, too. */
  close(): Promise<void>;
}

export const startLoad = async (parts: LoadParts): Promise<Load> => {
  const { stack, random, graveyard, answers, oddities } = parts;
  const probes = createProbes(await createServiceClient(stack));
  const http = createHttpClient();
  const minter = createMinter(stack.databaseUrl);
  let isOver = false;
  const service = createService({
    ...{ http, entrances: stack.entrances, random: random.fork('service'), answers },
    odd: (what) => oddities.add(what),
  });
  const shared: Surroundings = {
    ...{ service, minter, graveyard, random: random.fork('people'), refreshWindowMs: parts.refreshWindowMs },
    operate: (...args) =>
      runService(stack.apiMain, stack.checkout, args, stack.operatorEnv).then(
        () => true,
        () => false,
      ),
    isOver: () => isOver,
  };
  const flood = startFlood({
    ...{ graveyard, entrances: stack.entrances, random: random.fork('flood'), probes },
  });
  const people = Array.from({ length: parts.people }, () => liveOneAfterAnother(shared, parts));
  return {
    flood,
    endPeople: async () => {
      isOver = true;
      await Promise.all(people);
    },
    close: async () => {
      await flood.stop();
      http.close();
      await minter.close();
    },
  };
};

/** As an operator makes one for a service that asks about many sessions at once. */
const createServiceClient = async (stack: ProofStack): Promise<{ id: string; secret: string }> => {
  const args = ['clients', 'create', 'proof', '--scopes', 'verify', '--json'];
  const made = await runService(stack.apiMain, stack.checkout, args, stack.operatorEnv);
  return JSON.parse(made) as { id: string; secret: string };
};

/** Each account is judged as soon as its clients are done. */
const liveOneAfterAnother = async (shared: Surroundings, { judge, judged }: LoadParts): Promise<void> => {
  while (!shared.isOver()) {
    const account = await shared.minter.account();
    if (account === null) {
      await pause(100);
      continue;
    }
    judge.take(await livePerson(account, shared));
    judged();
  }
};
