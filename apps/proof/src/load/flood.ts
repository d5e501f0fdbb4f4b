import type { Random } from '../random.ts';
import type { Entrance } from '../stack/stack.ts';
import { pause } from '../stack/wait.ts';
import type { Graveyard, Tomb } from './graveyard.ts';
import { createLine, type Line, type LineAnswer } from './line.ts';
import type { Tally } from './tally.ts';

export interface Flood {
  /** Requests that were sent; a batch carries several verifications. */
  readonly requests: number;
  /** What was said about the dead, by reason. */
  readonly reasons: Tally;
  stop(): Promise<void>;
}

export interface FloodParts {
  graveyard: Graveyard;
  entrances: readonly Entrance[];
  random: Random;
  reasons: Tally;
  linesEach: number;
}

const BATCH = 10;
const IDLE_MS = 20;
const BROKEN_MS = 100;

/** Asks about the dead at every entrance, over and over, as fast as the answers come. */
export const startFlood = ({ graveyard, entrances, random, reasons, linesEach }: FloodParts): Flood => {
  const lines: Line[] = [];
  let isOver = false;
  let requests = 0;
  const follow = async (at: Entrance): Promise<void> => {
    const line = createLine(at.port);
    lines.push(line);
    while (!isOver) {
      const tomb = graveyard.pick(random);
      if (tomb === null) {
        await pause(IDLE_MS);
        continue;
      }
      const isBatch = random.chance(0.5);
      const invoked = performance.now();
      const answer = await line.ask(requestFor(tomb, isBatch));
      requests += 1;
      if (answer === null) await pause(BROKEN_MS);
      else judge(graveyard, tomb, invoked, at.name, answer, isBatch, reasons);
    }
  };
  const loops = entrances.flatMap((at) => Array.from({ length: linesEach }, () => follow(at)));
  return {
    get requests() {
      return requests;
    },
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

const BATCHED = Array.from({ length: BATCH }, () => 'account.me').join(',');

const requestFor = ({ token }: Tomb, isBatch: boolean): Buffer =>
  Buffer.from(
    `GET ${isBatch ? `/trpc/${BATCHED}?batch=1&input=%7B%7D` : '/v1/session'} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`,
    'latin1',
  );

const judge = (
  graveyard: Graveyard,
  tomb: Tomb,
  invoked: number,
  via: string,
  { status, body }: LineAnswer,
  isBatch: boolean,
  reasons: Tally,
): void => {
  const count = isBatch ? BATCH : 1;
  const said = body.match(/"reason":"\w+"/g) ?? [];
  for (const reason of said) reasons.add(reason.slice(10, -1));
  const refused = said.filter((reason) => reason !== '"reason":"unavailable"').length;
  if (status === 401) {
    graveyard.judge(tomb, invoked, via, false, count);
  } else if (status === 207 || status === 200 || status === 204) {
    // Several answers in one: what names no reason was accepted.
    const isAccepted = status !== 207 || body.includes('"result"');
    graveyard.judge(tomb, invoked, via, isAccepted, isAccepted ? count : refused);
  }
  // 502, 503 and 504 decide nothing: refusing to answer is always allowed.
};
