import { describe, expect, it } from 'vitest';
import { FULL } from '../pace.ts';
import { documentOf, type Findings } from './document.ts';
import { goalLines, tableOf } from './table.ts';

const target = (ratio: number) => ({
  ...{ ratio, cpuRatio: ratio / 2, perSecond: 12_345.678, best: 20_000, cpuUs: 81.2345, p50: 3_912.3 },
  ...{ p99: 13_400.7, busy: 0.991, answered: 61_728 },
  rounds: [{ perSecond: 12_345.678, cpuUs: 81.2345, helloPerSecond: 17_000.1, helloCpuUs: 61.05 }],
});

const FINDINGS: Findings = {
  at: '2026-11-25T02:00:00.000Z',
  pace: FULL,
  quick: false,
  machine: {
    ...{ commit: 'abc', node: 'v24', postgres: '18', redis: '7', system: 'Linux', processors: '2 × x' },
    ...{ memoryGiB: 8, pinning: 'server on core 0, load and stores on 1', load: 0.1 },
  },
  peerVersions: { jose: '6' },
  measured: { session: target(0.71239), jwt: target(0.6) },
  studies: {
    'revoke-all': { ratios: { revoke_all_100k_vs_1: 0.95 }, figures: { calls: 40 }, lines: ['one line'] },
  },
  failed: { 'sign-in': 'answered 503' },
};

describe('the document of --json', () => {
  const document = documentOf(FINDINGS);

  it('holds the ratios by name, from targets and studies alike', () =>
    expect(document.ratios).toEqual({
      session_vs_hello: 0.7124,
      session_vs_jwt: 1.187,
      revoke_all_100k_vs_1: 0.95,
    }));

  it('says of each which goal it has and whether it is met', () => {
    expect(document.goals['session_vs_hello']).toEqual({ atLeast: 0.6, value: 0.7124, isMet: true });
    expect(document.goals['session_vs_jwt']).toEqual({ atLeast: 2, value: 1.187, isMet: false });
  });

  it('keeps raw figures of every round, the machine, the versions and what failed', () => {
    expect(document.targets['session']).toMatchObject({
      cpuUs: 81.23,
      p99: 13_400,
      rounds: [{ cpuUs: 81.23 }],
    });
    expect(document).toMatchObject({
      machine: { commit: 'abc' },
      peerVersions: { jose: '6' },
      studies: { 'revoke-all': { calls: 40 } },
      failed: { 'sign-in': 'answered 503' },
      at: '2026-11-25T02:00:00.000Z',
    });
  });

  it('is plain JSON', () => expect(JSON.parse(JSON.stringify(document))).toEqual(document));
});

describe('the tables for people', () => {
  it('have a row for every target, the losses included', () => {
    const lines = tableOf(FINDINGS.measured);
    expect(lines.filter((line) => /^\| (?:session|jwt) \|/.test(line))).toHaveLength(2);
    const told = goalLines(documentOf(FINDINGS).goals);
    expect(told.find((line) => line.includes('session_vs_jwt'))).toContain('MISSED');
    expect(told.find((line) => line.includes('session_vs_hello'))).toContain('met');
  });

  it('say when the server was not what held the load up', () =>
    expect(tableOf({ slow: { ...target(0.5), busy: 0.6 } }).join('\n')).toContain('60 % busy'));
});
