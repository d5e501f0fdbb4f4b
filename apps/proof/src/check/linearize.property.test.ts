import { expect, it } from 'vitest';
import type { Action, Operation } from '../history/operation.ts';
import { createRandom, type Random } from '../random.ts';
import { isExplainable } from './brute-force.ts';
import { linearize } from './linearize.ts';

const CASES = 20_000;

/** Any operations in any order and with any answer, though nobody uses a session or link before it was answered. */
const randomHistory = (random: Random): Operation[] => {
  const operations: Operation[] = [];
  const sessions: { number: number; from: number }[] = [];
  const links: { number: number; from: number }[] = [];
  for (let id = 0; id < random.between(3, 8); id += 1) {
    const action = randomAction(random, sessions, links);
    const from = usedFrom(action, sessions, links);
    const invoked = from + random.between(0.1, 6);
    const returned =
      action.result === 'unknown' ? Number.POSITIVE_INFINITY : invoked + random.between(0.1, 6);
    if (action.kind === 'sign_in' && action.result === 'ok')
      sessions.push({ number: action.session, from: returned });
    if (action.kind === 'mint') links.push({ number: action.link, from: returned });
    if ((action.kind === 'change' || action.kind === 'reauthenticate') && action.result === 'ok')
      sessions.push({ number: action.next, from: returned });
    operations.push({ id, invoked, returned, action });
  }
  return operations;
};

type Known = readonly { number: number; from: number }[];

const usedFrom = (action: Action, sessions: Known, links: Known): number =>
  Math.max(
    0,
    ...('session' in action && action.kind !== 'sign_in'
      ? sessions.filter(({ number }) => number === action.session).map(({ from }) => from)
      : []),
    ...(action.kind === 'revoke'
      ? sessions.filter(({ number }) => number === action.target).map(({ from }) => from)
      : []),
    ...(action.kind === 'reset'
      ? links.filter(({ number }) => number === action.link).map(({ from }) => from)
      : []),
  );

const randomAction = (random: Random, sessions: Known, links: Known): Action => {
  const password = random.below(2);
  const result = random.pick(['ok', 'ok', 'refused', 'unknown'] as const);
  const next = sessions.length;
  if (sessions.length === 0 || random.chance(0.25)) {
    if (random.chance(0.3)) return { kind: 'mint', link: links.length, result: 'ok' };
    return result === 'ok'
      ? { kind: 'sign_in', password, result, session: next }
      : { kind: 'sign_in', password, result: 'refused' };
  }
  const session = random.pick(sessions).number;
  const ended = random.below(3);
  const known = result === 'unknown' ? 'refused' : result;
  switch (random.below(9)) {
    case 0:
    case 1:
      return { kind: 'verify', session, result: known };
    case 2: {
      const link = links.length === 0 ? 0 : random.pick(links).number;
      return { kind: 'reset', link, password: random.below(2), result, ended };
    }
    case 3:
      if (result === 'ok')
        return { kind: 'change', session, from: password, to: 1 - password, result, next, ended };
      if (result === 'unknown') return { kind: 'change', session, from: password, to: 1 - password, result };
      return {
        kind: 'change',
        session,
        from: password,
        to: 1 - password,
        result,
        reason: random.pick(['session', 'password']),
      };
    case 4: {
      const target = random.pick(sessions).number;
      return { kind: 'revoke', session, target, result, ended: random.below(2) };
    }
    case 5:
      return { kind: 'sign_out', session, result };
    case 6:
    case 7:
      return { kind: random.pick(['revoke_others', 'revoke_all']), session, result, ended };
    default:
      return { kind: 'refresh', session, result, mayEnd: random.chance(0.3) };
  }
};

const MOVERS = new Set(['reset', 'change', 'revoke_others', 'revoke_all', 'disable']);

it('agrees with trying every order, on thousands of random histories (G1, G2, G4, G5, G6, G11)', () => {
  let explainable = 0;
  for (let seed = 0; seed < CASES; seed += 1) {
    const operations = randomHistory(createRandom(`history ${seed}`));
    const expected = isExplainable(operations, (operation) => ({
      epochMayHaveMoved: operations.some(
        (other) =>
          other !== operation &&
          MOVERS.has(other.action.kind) &&
          other.action.result !== 'refused' &&
          other.invoked <= operation.returned &&
          other.returned >= operation.invoked,
      ),
    }));
    if (expected) explainable += 1;
    const found = linearize(operations).kind;
    expect(found, JSON.stringify({ seed, operations }, null, 1)).toBe(
      expected ? 'linearizable' : 'violation',
    );
  }
  // Both verdicts have to be common, or the agreement says nothing.
  expect(explainable).toBeGreaterThan(CASES / 10);
  expect(explainable).toBeLessThan((CASES * 9) / 10);
});
