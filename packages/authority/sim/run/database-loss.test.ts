import { describe, expect, it } from 'vitest';
import type { Given } from '../run-seed.ts';
import { playSeeds } from './pool.ts';

const SEEDS = 250;
const play = (given: Given, stopAtFirst = false) =>
  playSeeds({ from: 1, count: SEEDS, mutant: null, stopAtFirst, given });

describe('an instance that is cut off from Postgres for longer than its lease', () => {
  it('G1, P7: with "serve" it accepts what the others revoked, as the setting says', async () => {
    const { violations } = await play({ theme: 'cut off and serving' }, true);
    expect(violations[0]?.texts[0]).toMatch(/^G1: /);
  });

  it('G1, P7: with "refuse", the default, it never does, on the same schedules', async () => {
    const { sum, violations } = await play({ theme: 'cut off and serving', databaseLoss: 'refuse' });
    expect(violations).toEqual([]);
    expect(sum.unavailable).toBeGreaterThan(SEEDS);
  });
});

it('G1, P7: "serve" is sound while Postgres is away for everybody alike', async () => {
  const serving = await play({ theme: 'serving without Postgres' });
  expect(serving.violations).toEqual([]);
  // Most of what it accepted came after the leases had ended: with "refuse" there is next to nothing.
  const refusing = await play({ theme: 'serving without Postgres', databaseLoss: 'refuse' });
  expect(serving.sum.fromIndex).toBeGreaterThan(10 * refusing.sum.fromIndex);
});
