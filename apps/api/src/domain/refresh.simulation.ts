import type { PresentedRefresh, RefreshDecision } from './refresh.ts';

/** A model of one session and its honest holder, for tests: secrets are small numbers, time is a list of events. */

// A presentation takes at most 5 s to arrive and 5 s to be answered; after 10 s the holder tries again, twice. The
// worst two of these in a row end 55 s after the rotation they are about, so honest means: within the window.
const MOST_LATENCY_MS = 5000;
const RETRY_MS = 10_000;
const ATTEMPTS = 3;

interface Session {
  current: number;
  previous: number | null;
  rotatedAt: number;
  counter: number;
  /** Refresh keys, newest first. */
  keys: number[];
}

interface Event {
  at: number;
  run: () => void;
}

type Decide = (presented: PresentedRefresh) => RefreshDecision;

/**
 * Plays one schedule: tabs that share a store of the newest secret, present what they find there, lose replies and
 * retry what they presented. A reply replaces only the secret that it answers.
 * @returns Whether the session was still alive at the end.
 */
export const honestSchedule = (seed: number, windowMs: number, decide: Decide): boolean => {
  const random = generator(seed);
  const session = service(windowMs, decide, random() < 0.5 ? 0 : -2 * windowMs);
  const events: Event[] = [];
  let stored = FIRST_SECRET;
  let alive = true;

  const present = (at: number, secret: number, attempt: number): void => {
    const arrival = at + random() * MOST_LATENCY_MS;
    const run = () => {
      const answer = session.present(arrival, secret);
      if (answer === null) alive = false;
      else if (attempt < ATTEMPTS && random() < 0.4) present(at + RETRY_MS, secret, attempt + 1);
      else deliver(arrival + random() * MOST_LATENCY_MS, secret, answer);
    };
    events.push({ at: arrival, run });
  };

  const deliver = (at: number, answered: number, answer: number): void => {
    const run = () => {
      if (stored === answered) stored = answer;
    };
    events.push({ at, run });
  };

  plan(random, windowMs, {
    tab: (at) => void events.push({ at, run: () => present(at, stored, 1) }),
    newKey: (at) => void events.push({ at, run: session.addKey }),
  });
  while (alive && events.length > 0) nextOf(events).run();
  return alive;
};

const FIRST_SECRET = 0;

/** One session as the service keeps it: `present` gives the secret of the answer, or null when it ends the session. */
const service = (windowMs: number, decide: Decide, rotatedAt: number) => {
  const names = numbering();
  const session: Session = { current: FIRST_SECRET, previous: null, rotatedAt, counter: 0, keys: [1] };
  const successors = (counter: number, presented: number) =>
    session.keys.map((key) => names(`${key}/${counter}/${presented}`));

  const rotate = (at: number, presented: number): number | null => {
    const [next = null] = successors(session.counter, presented);
    if (next === null) return null;
    Object.assign(session, {
      current: next,
      previous: session.current,
      rotatedAt: at,
      counter: session.counter + 1,
    });
    return next;
  };

  const present = (at: number, presented: number): number | null => {
    const candidates = successors(session.counter - 1, presented);
    const decision = decide({
      currentHash: bytesOf(session.current),
      previousHash: session.previous === null ? null : bytesOf(session.previous),
      presentedHash: bytesOf(presented),
      sinceRotationMs: at - session.rotatedAt,
      windowMs,
      successorHashes: candidates.map(bytesOf),
    });
    if (decision.kind === 'same') return presented;
    if (decision.kind === 'successor') return candidates[decision.index] ?? null;
    return decision.kind === 'rotate' ? rotate(at, presented) : null;
  };

  return { present, addKey: () => void session.keys.unshift(session.keys.length + 1) };
};

/** Bursts of tabs, some close to the end of a window, and now and then a new refresh key. */
const plan = (
  random: () => number,
  windowMs: number,
  add: { tab: (at: number) => void; newKey: (at: number) => void },
): void => {
  let at = 0;
  for (let burst = 0; burst < 6; burst += 1) {
    const nearEnd = windowMs - 2 * MOST_LATENCY_MS + random() * 4 * MOST_LATENCY_MS;
    const gaps = [random() * MOST_LATENCY_MS, nearEnd, windowMs * (1 + random() * 20)];
    at += gaps[Math.floor(random() * gaps.length)] ?? 0;
    const tabs = 1 + Math.floor(random() * 4);
    for (let tab = 0; tab < tabs; tab += 1) add.tab(at + random() * MOST_LATENCY_MS);
    if (random() < 0.3) add.newKey(at + random() * windowMs);
  }
};

const nextOf = (events: Event[]): Event => {
  const first = events.reduce((a, b) => (b.at < a.at ? b : a));
  events.splice(events.indexOf(first), 1);
  return first;
};

/** Gives every text a number of its own, from 1. */
const numbering = () => {
  const known = new Map<string, number>();
  return (text: string): number => {
    const number = known.get(text) ?? known.size + 1;
    known.set(text, number);
    return number;
  };
};

const bytesOf = (secret: number): Uint8Array => Uint8Array.of(secret & 0xff, secret >> 8);

/** Numbers in [0, 1) that the seed decides (mulberry32). */
const generator = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
