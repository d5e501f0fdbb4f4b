import { describe, expect, it } from 'vitest';
import { baselineOf, GUARDED, judge } from './guard.ts';

describe('the guard against regressions', () => {
  it('holds while no target needs a quarter more processor time than before', () => {
    const { lines, hasLost } = judge({ session: 0.5, me: 0.2 }, { session: 0.4, me: 0.3 });
    expect(hasLost).toBe(false);
    expect(lines).toEqual([expect.stringContaining('held  session'), expect.stringContaining('held  me')]);
  });

  it('fails on a loss of more than 20 % of one target, however much another gained', () => {
    const { lines, hasLost } = judge({ session: 0.5, me: 0.2 }, { session: 0.399, me: 0.9 });
    expect(hasLost).toBe(true);
    expect(lines[0]).toContain('LOST  session');
  });

  it('fails when a target of the baseline was not measured, or gave no number', () => {
    expect(judge({ session: 0.5 }, {}).hasLost).toBe(true);
    expect(judge({ session: 0.5 }, { session: Number.NaN }).hasLost).toBe(true);
  });

  it('compares processor time, never answers a second, and a hash with a hash: not with a hello world', () => {
    const measured = {
      session: { cpuRatio: 0.54321 },
      'sign-in': { cpuRatio: 0.0018 },
      argon2: { cpuRatio: 0.002 },
    };
    expect(baselineOf(measured)).toEqual({ 'session / hello': 0.5432, 'sign-in / argon2': 0.9 });
  });

  it('asks for every target that it compares', () => {
    const measured = Object.fromEntries(GUARDED.map((name) => [name, { cpuRatio: 0.5 }]));
    expect(Object.keys(baselineOf(measured))).toHaveLength(6);
  });
});
