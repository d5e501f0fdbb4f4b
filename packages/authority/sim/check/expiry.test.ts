import { describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import { History, type Outcome } from './history.ts';

const LEASE_MS = 1_000;
const initial = new Map([
  ['a', { password: 'p0', live: new Set(['s']), links: new Set<string>(), isDisabled: false }],
]);

/** Verifications of one session that ends at 10,000 by the database's clock, each at one moment. */
const story = () => {
  const history = new History();
  let now = 0;
  history.databaseNowMs = () => now;
  history.sessionEnds('s', 10_000);
  return {
    history,
    ask: (atMs: number, outcome: Outcome, forMs = 0) => {
      now = atMs;
      const operation = history.invoke('a', 'c', { kind: 'verify', sessionId: 's' });
      now = atMs + forMs;
      history.return(operation, outcome);
    },
    verdict: () => check(history, initial, LEASE_MS).map(({ guarantee }) => guarantee),
  };
};

const index: Outcome = { kind: 'live', source: 'index' };
const store: Outcome = { kind: 'live', source: 'store' };
const expired: Outcome = { kind: 'dead', reason: 'session_expired' };

describe('expiry by the clock of the database', () => {
  it('P1: an accept by Postgres that began at the end is a violation; one before it is none', () => {
    const before = story();
    before.ask(9_999, store, 500);
    expect(before.verdict()).toEqual([]);
    const after = story();
    after.ask(10_000, store);
    expect(after.verdict()).toEqual(['P1']);
  });

  it('P1: the index may be late by what a clock drifts during a lease, and no more', () => {
    const within = story();
    within.ask(10_049, index);
    expect(within.verdict()).toEqual([]);
    const beyond = story();
    beyond.ask(10_050, index);
    expect(beyond.verdict()).toEqual(['P1']);
  });

  it('P9: a use prolongs it from its commit on', () => {
    const used = story();
    used.history.sessionEnds('s', 20_000);
    used.ask(15_000, store);
    expect(used.verdict()).toEqual([]);
    used.ask(20_000, store);
    expect(used.verdict()).toEqual(['P1']);
  });

  it('P1: who is told "expired" well before the end is told wrong', () => {
    const early = story();
    early.ask(8_000, expired);
    expect(early.verdict()).toEqual(['P1']);
    const late = story();
    late.ask(10_000, expired);
    expect(late.verdict()).toEqual([]);
  });

  it('G2: "expired" is no word on revocation: a use that was recorded meanwhile may follow it', () => {
    const used = story();
    used.ask(9_900, expired);
    used.history.sessionEnds('s', 20_000);
    used.ask(10_100, store);
    expect(used.verdict()).toEqual([]);
  });

  it('P1: after a step of that clock the index is judged no more, Postgres is', () => {
    const stepped = story();
    stepped.history.databaseClockStepped();
    stepped.ask(12_000, index);
    expect(stepped.verdict()).toEqual([]);
    stepped.ask(12_000, store);
    expect(stepped.verdict()).toEqual(['P1']);
  });
});
