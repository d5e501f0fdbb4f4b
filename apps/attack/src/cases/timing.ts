import { type Arena, newEmail, newPassword } from '../arena.ts';
import { attack, type Case, eachOf } from '../case.ts';

const PAIRS = 400;
/** So many wrong passwords of one account stay below every limit, halved by an alarm. */
const PER_ACCOUNT = 4;
const MEDIAN_MS = 5;
const LEAST_P = 1e-4;

interface Times {
  known: number[];
  unknown: number[];
}

/** Pairs of sign-ins, one with an address that is known and one with another, in random order. */
const measure = async (arena: Arena, known: readonly string[]): Promise<Times> => {
  const times: Times = { known: [], unknown: [] };
  const place = arena.places[0];
  for (const email of known) {
    const pair = [['known', email] as const, ['unknown', newEmail()] as const];
    for (const [kind, address] of Math.random() < 0.5 ? pair : pair.toReversed()) {
      const visitor = arena.visitor({ place });
      const began = performance.now();
      await visitor.post('session.signIn', { email: address, password: newPassword() });
      times[kind].push(performance.now() - began);
    }
  }
  return times;
};

/** Two-sided Mann-Whitney U test by its normal approximation; the samples are large and have hardly a tie. */
export const mannWhitney = (a: readonly number[], b: readonly number[]): number => {
  const all = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))];
  const ranks = all.toSorted((one, other) => one.value - other.value);
  const sum = ranks.reduce((total, { isA }, at) => total + (isA ? at + 1 : 0), 0);
  const u = sum - (a.length * (a.length + 1)) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  const z = Math.abs(u - (a.length * b.length) / 2) / deviation;
  // Abramowitz and Stegun 7.1.26, for the complementary error function.
  const t = 1 / (1 + 0.3275911 * (z / Math.SQRT2));
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, poly * Math.exp((-z * z) / 2));
};

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;

/** Both tests of the specification have to tell them apart: ranks and medians, and the boxes of the 10th to 50th percentile. */
const differs = ({ known, unknown }: Times): boolean => {
  const gap = Math.abs(quantile(known, 0.5) - quantile(unknown, 0.5));
  const apart =
    quantile(known, 0.1) > quantile(unknown, 0.5) || quantile(unknown, 0.1) > quantile(known, 0.5);
  return (gap > MEDIAN_MS && mannWhitney(known, unknown) < LEAST_P) || apart;
};

export const timingCases: Case[] = [
  attack(
    'AT-1',
    'the time of a wrong password, known and unknown, in 400 pairs and once more',
    'no difference twice in a row',
    async (arena) => {
      const people = await eachOf(Array.from({ length: PAIRS / PER_ACCOUNT }), () => arena.person());
      const emails = people.flatMap(({ email }) => Array.from({ length: PER_ACCOUNT }, () => email));
      const shuffled = () => emails.toSorted(() => Math.random() - 0.5);
      const runs: Times[] = [];
      for (let run = 0; run < 2; run += 1) {
        runs.push(await measure(arena, shuffled()));
        if (!differs(runs.at(-1) ?? { known: [], unknown: [] })) return 'no difference twice in a row';
      }
      return runs
        .map(
          ({ known, unknown }) =>
            `medians ${quantile(known, 0.5).toFixed(1)} and ${quantile(unknown, 0.5).toFixed(1)} ms`,
        )
        .join(', then ');
    },
    'alone',
  ),
];
