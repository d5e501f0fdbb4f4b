import { describe, expect, it } from 'vitest';
import { goals, ratiosOf } from './ratios.ts';
import { targets } from './targets/list.ts';

const both = (ratio: number, cpuRatio = ratio) => ({ ratio, cpuRatio });

describe('the ratios by name', () => {
  it('divide what stands relative to hello by what stands relative to hello', () => {
    const measured = { session: both(0.6), jwt: both(0.15), 'better-auth': both(0.04) };
    const found = ratiosOf(measured, {});
    expect(found['session_vs_jwt']).toBeCloseTo(4);
    expect(found['session_vs_better_auth_default']).toBeCloseTo(15);
  });

  it('take hello itself as 1, and count the tokens of a batch', () => {
    const found = ratiosOf({ session: both(0.7), 'verify-64': both(0.1) }, {});
    expect(found).toEqual({ session_vs_hello: 0.7, verify_batch_tokens_vs_hello: 6.4 });
  });

  it('leave out what was not measured on both sides', () =>
    expect(ratiosOf({ 'sign-in': both(0.003) }, {})).toEqual({}));

  it('take from a study what only a study can measure', () =>
    expect(ratiosOf({}, { revoke_all_100k_vs_1: 0.95 })).toEqual({ revoke_all_100k_vs_1: 0.95 }));

  it('exist of processor time, too', () =>
    expect(ratiosOf({ session: both(0.7, 0.5) }, {}, 'cpuRatio')).toEqual({ session_vs_hello: 0.5 }));

  it('name targets that there are', () => {
    const names = targets.map(({ name }) => name);
    for (const { of, to } of goals)
      for (const name of [of, to]) if (name !== undefined) expect(names).toContain(name);
  });

  it('keep the names and least values that others rely on', () =>
    expect(Object.fromEntries(goals.map(({ name, atLeast }) => [name, atLeast]))).toEqual({
      session_vs_hello: 0.6,
      session_cold_vs_floor: 0.9,
      me_trpc_vs_trpc_floor: 0.8,
      session_vs_better_auth_redis: 4,
      session_vs_better_auth_default: 10,
      session_vs_express_session: 1.8,
      session_vs_jwt: 2,
      verify_batch_tokens_vs_hello: 4,
      sign_in_vs_argon2: 0.9,
      postgres_only_vs_hand_written: 0.8,
      revoke_all_100k_vs_1: 0.9,
      two_instances_vs_one: 0.9,
    }));
});
