import { expect, it } from 'vitest';
import type { AcceptedDead } from '../report/facts.ts';
import { createRandom } from '../random.ts';
import { createGraveyard, type Tomb } from './graveyard.ts';

const tomb = (sessionId: string, deadSince: number): Tomb => ({
  ...{ account: 'a', sessionId, token: sessionId, cause: 'session.signOut', deadSince },
});

it('counts what accepts a session that is over, and only what began after its end was answered (G1)', () => {
  const told: AcceptedDead[] = [];
  const graveyard = createGraveyard((accepted) => told.push(accepted));
  const one = tomb('s', 100);
  graveyard.bury(one);
  graveyard.judge(one, 99, 'api-0', true, 1);
  expect([graveyard.verifications, told.length]).toEqual([0, 0]);
  graveyard.judge(one, 100, 'api-0', false, 10);
  expect([graveyard.verifications, told.length]).toEqual([10, 0]);
  graveyard.judge(one, 250, 'api-1', true, 1);
  expect(graveyard.verifications).toBe(11);
  expect(told).toEqual([expect.objectContaining({ session: 's', afterMs: 150, via: 'api-1' })]);
  expect(graveyard.ages).toEqual({ '0.01 s': 10, '1 s': 1 });
});

it('asks about the newest dead most, and about all of them', () => {
  const graveyard = createGraveyard(() => undefined);
  for (let number = 0; number < 3_000; number += 1) graveyard.bury(tomb(String(number), 0));
  const random = createRandom('graveyard');
  const picked = Array.from({ length: 4_000 }, () => Number(graveyard.pick(random)?.sessionId));
  expect(picked.filter((number) => number >= 2_850).length).toBeGreaterThan(2_000);
  expect(picked.filter((number) => number < 1_000).length).toBeGreaterThan(50);
});

it('has nobody to ask about when nobody has died', () => {
  expect(createGraveyard(() => undefined).pick(createRandom('nobody'))).toBeNull();
});
