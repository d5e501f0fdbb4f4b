import type { Random } from '../random.ts';
import type { AcceptedDead } from '../report/facts.ts';

/** A session that is over for certain, with the token that must never be accepted again. */
export interface Tomb {
  account: string;
  sessionId: string;
  token: string;
  /** What ended it: the verb that returned success, or the verification that first saw it revoked. */
  cause: string;
  /** From here on no verification that begins may accept it. */
  deadSince: number;
}

/** Holds the dead and judges what is said about them (G1, G2). Exact: no search is needed. */
export interface Graveyard {
  bury(tomb: Tomb): void;
  /** Mostly one that died a moment ago, sometimes one that has been dead for long. */
  pick(random: Random): Tomb | null;
  readonly size: number;
  readonly buried: number;
  /** @param count verifications that this answer stands for */
  judge(tomb: Tomb, invoked: number, via: string, isAccepted: boolean, count: number): void;
  /** Verifications that began after the session's end was answered and were decided. */
  readonly verifications: number;
  readonly accepted: AcceptedDead[];
  /** How old the dead were when they were asked about, in seconds, by upper bound. */
  readonly ages: Record<string, number>;
}

/** Older ones make place: what is dead for so long has been asked about a thousand times. */
const MOST = 20_000;
const FRESH = 150;
const AGES = [0.01, 0.1, 1, 3, 10, 60, Number.POSITIVE_INFINITY];

/** @param told at once of every acceptance, to gather evidence while it is warm */
export const createGraveyard = (told: (accepted: AcceptedDead) => void): Graveyard => {
  const tombs: Tomb[] = [];
  const accepted: AcceptedDead[] = [];
  const ages: Record<string, number> = {};
  let oldest = 0;
  let buried = 0;
  let verifications = 0;
  return {
    accepted,
    ages,
    get size() {
      return tombs.length;
    },
    get buried() {
      return buried;
    },
    get verifications() {
      return verifications;
    },
    bury: (tomb) => {
      buried += 1;
      if (tombs.length < MOST) tombs.push(tomb);
      else tombs[oldest++ % MOST] = tomb;
    },
    pick: (random) => {
      if (tombs.length === 0) return null;
      const newest = buried <= MOST ? tombs.length - 1 : (oldest - 1) % MOST;
      const back = random.chance(0.6) ? FRESH : random.chance(0.7) ? FRESH * 10 : MOST;
      const index = newest - random.below(Math.min(back, tombs.length));
      return tombs[(index + tombs.length) % tombs.length] ?? null;
    },
    judge: (tomb, invoked, via, isAccepted, count) => {
      if (invoked < tomb.deadSince) return;
      verifications += count;
      const age = (invoked - tomb.deadSince) / 1000;
      const bound = AGES.find((limit) => age <= limit) ?? Number.POSITIVE_INFINITY;
      const name = bound === Number.POSITIVE_INFINITY ? 'later' : `${bound} s`;
      ages[name] = (ages[name] ?? 0) + count;
      if (!isAccepted) return;
      const one: AcceptedDead = {
        ...{ account: tomb.account, session: tomb.sessionId, endedBy: tomb.cause },
        ...{ deadSince: tomb.deadSince, invoked, afterMs: invoked - tomb.deadSince, via },
      };
      accepted.push(one);
      told(one);
    },
  };
};
