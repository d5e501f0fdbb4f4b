import { describe, expect, test } from 'vitest';
import { decideRefresh, type PresentedRefresh, type RefreshDecision } from './refresh.ts';
import { honestSchedule } from './refresh.simulation.ts';

const hash = (n: number) => Uint8Array.from({ length: 32 }, (_, i) => (n >> (i % 4)) & 0xff);
const [SPENT, PREVIOUS, CURRENT, OTHER] = [hash(16), hash(32), hash(48), hash(64)];
const WINDOW = 60_000;

const facts = (change: Partial<PresentedRefresh>): PresentedRefresh => ({
  currentHash: CURRENT,
  previousHash: PREVIOUS,
  presentedHash: CURRENT,
  sinceRotationMs: 0,
  windowMs: WINDOW,
  successorHashes: [CURRENT],
  ...change,
});

describe('P8', () => {
  test.each<[string, Partial<PresentedRefresh>, RefreshDecision]>([
    ['current, at once', {}, { kind: 'same' }],
    ['current, just within the window', { sinceRotationMs: WINDOW - 1 }, { kind: 'same' }],
    ['current, at the end of the window', { sinceRotationMs: WINDOW }, { kind: 'rotate' }],
    ['current, much later', { sinceRotationMs: WINDOW * 1000 }, { kind: 'rotate' }],
    ['current, never rotated', { previousHash: null, sinceRotationMs: WINDOW }, { kind: 'rotate' }],
    ['previous, at once', { presentedHash: PREVIOUS }, { kind: 'successor', index: 0 }],
    [
      'previous, made by the second key of the ring',
      { presentedHash: PREVIOUS, successorHashes: [OTHER, CURRENT] },
      { kind: 'successor', index: 1 },
    ],
    [
      'previous, just within the window',
      { presentedHash: PREVIOUS, sinceRotationMs: WINDOW - 1 },
      { kind: 'successor', index: 0 },
    ],
    [
      'previous, at the end of the window',
      { presentedHash: PREVIOUS, sinceRotationMs: WINDOW },
      { kind: 'reuse' },
    ],
    [
      'previous, its key gone from the ring',
      { presentedHash: PREVIOUS, successorHashes: [OTHER] },
      { kind: 'reuse' },
    ],
    ['the one before the previous, at once', { presentedHash: SPENT }, { kind: 'reuse' }],
    ['one that never was', { presentedHash: OTHER }, { kind: 'reuse' }],
    [
      'anything while there is no previous',
      { presentedHash: PREVIOUS, previousHash: null },
      { kind: 'reuse' },
    ],
    ['a hash of another length', { presentedHash: CURRENT.subarray(1) }, { kind: 'reuse' }],
    ['nothing', { presentedHash: new Uint8Array(0) }, { kind: 'reuse' }],
  ])('%s', (_, change, decision) => {
    expect(decideRefresh(facts(change))).toEqual(decision);
  });
});

const SCHEDULES = 25_000;

/** Seeds of schedules in which somebody honest was signed out, and how often each decision was taken. */
const simulate = (decide: typeof decideRefresh) => {
  const signedOut: number[] = [];
  const taken = { rotate: 0, same: 0, successor: 0, reuse: 0 };
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const counting = (presented: PresentedRefresh) => {
      const decision = decide(presented);
      taken[decision.kind] += 1;
      return decision;
    };
    if (!honestSchedule(seed, WINDOW, counting)) signedOut.push(seed);
  }
  return { signedOut, taken };
};

describe(`${SCHEDULES} schedules of tabs, lost replies, retries and key rotations`, () => {
  test('never sign an honest holder out (G11)', () => {
    const { signedOut, taken } = simulate(decideRefresh);
    expect(signedOut).toEqual([]);
    // The schedules reach what they are about.
    expect(taken.reuse).toBe(0);
    for (const kind of ['rotate', 'same', 'successor'] as const)
      expect(taken[kind]).toBeGreaterThan(SCHEDULES);
  });

  test.each<[string, (presented: PresentedRefresh) => PresentedRefresh]>([
    ['without a window', (presented) => ({ ...presented, windowMs: 0 })],
    ['without the previous secret', (presented) => ({ ...presented, previousHash: null })],
    ['without the older keys of the ring', (p) => ({ ...p, successorHashes: p.successorHashes.slice(0, 1) })],
  ])('%s they do', (_, change) => {
    expect(simulate((presented) => decideRefresh(change(presented))).signedOut.length).toBeGreaterThan(100);
  });

  test('with a rotation at every presentation they do', () => {
    const eager = (presented: PresentedRefresh): RefreshDecision => {
      const decision = decideRefresh(presented);
      return decision.kind === 'same' ? { kind: 'rotate' } : decision;
    };
    expect(simulate(eager).signedOut.length).toBeGreaterThan(100);
  });
});
