import type { Random } from '../random.ts';
import type { Entrance } from '../stack/stack.ts';
import { pause } from '@portcullis/devstack/wait';
import type { Graveyard, Tomb } from './graveyard.ts';
import { createLine, type Line } from './line.ts';
import type { Probe } from './probes.ts';
import { createTally, type Tally } from './tally.ts';

export interface Flood {
  /** Requests that were answered, by the way of asking. */
  readonly requests: Tally;
  /** What was said about the dead, by reason. */
  readonly reasons: Tally;
  stop(): Promise<void>;
}

export interface FloodParts {
  graveyard: Graveyard;
  entrances: readonly Entrance[];
  random: Random;
  /** One line at each entrance for each set; a line takes its set's ways of asking in turn. */
  probes: readonly (readonly Probe[])[];
}

const IDLE_MS = 20;
const BROKEN_MS = 100;

/** Asks about the dead at every entrance, over and over, as fast as the answers come. */
export const startFlood = ({ graveyard, entrances, random, probes }: FloodParts): Flood => {
  const lines: Line[] = [];
  const requests = createTally();
  const reasons = createTally();
  let isOver = false;
  const follow = async (at: Entrance, ways: readonly Probe[]): Promise<void> => {
    const line = createLine(at.port);
    lines.push(line);
    for (let turn = 0; !isOver; turn += 1) {
      const probe = ways[turn % ways.length] as Probe;
      const tombs = choose(graveyard, random, probe.most);
      if (tombs.length === 0) {
        await pause(IDLE_MS);
        continue;
      }
      const invoked = performance.now();
      const answer = await line.ask(probe.requestFor(tombs));
      if (answer === null) {
        await pause(BROKEN_MS);
        continue;
      }
      requests.add(`${probe.name}: ${answer.status}`);
      for (const [index, { verdict, count, reason }] of probe.read(answer, tombs).entries()) {
        reasons.add(reason, count);
        // Refusing to answer is always allowed; it decides nothing.
        if (verdict !== null)
          graveyard.judge(
            tombs[index] as Tomb,
            invoked,
            `${at.name}, ${probe.name}`,
            verdict === 'accepted',
            count,
          );
      }
    }
  };
  const loops = entrances.flatMap((at) => probes.map((ways) => follow(at, ways)));
  return {
    requests,
    reasons,
    stop: async () => {
      isOver = true;
      // Whoever waits for a frozen process would wait long.
      await Promise.race([Promise.all(loops), pause(2_000)]);
      for (const line of lines) line.close();
      await Promise.all(loops);
    },
  };
};

const choose = (graveyard: Graveyard, random: Random, most: number): Tomb[] => {
  const chosen = new Set<Tomb>();
  for (let tries = 0; tries < most; tries += 1) {
    const tomb = graveyard.pick(random);
    if (tomb !== null) chosen.add(tomb);
  }
  return [...chosen];
};
