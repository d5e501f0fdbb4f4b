import type { Measured } from './measure.ts';

/** A promise of the product about its speed, held against what was measured in the same run. */
export interface Goal {
  name: string;
  what: string;
  atLeast: number;
  /** Two targets; `weight` counts how many checks one answer of the first holds. Without: a study gives the ratio. */
  of?: string;
  to?: string;
  weight?: number;
}

const goal = (
  name: string,
  atLeast: number,
  what: string,
  of?: string,
  to?: string,
  weight?: number,
): Goal => ({
  ...{ name, what, atLeast },
  ...(of === undefined || to === undefined ? {} : { of, to }),
  ...(weight === undefined ? {} : { weight }),
});

export const goals: readonly Goal[] = [
  goal('session_vs_hello', 0.6, 'a warm check / Hono hello world', 'session', 'hello'),
  goal('session_cold_vs_floor', 0.9, 'a token never seen / PASETO + GET', 'session-cold', 'paseto-redis'),
  goal('me_trpc_vs_trpc_floor', 0.8, 'account.me / a tRPC query that does nothing', 'me', 'trpc-nothing'),
  goal('session_vs_better_auth_redis', 4, 'against better-auth with Redis', 'session', 'better-auth-redis'),
  goal('session_vs_better_auth_default', 10, 'against better-auth by default', 'session', 'better-auth'),
  goal('session_vs_express_session', 1.8, 'against express-session with Redis', 'session', 'express-session'),
  goal('session_vs_jwt', 2, 'against a JWT check that cannot revoke', 'session', 'jwt'),
  goal('verify_batch_tokens_vs_hello', 4, 'tokens/s in batches of 64 / hello', 'verify-64', 'hello', 64),
  goal('sign_in_vs_argon2', 0.9, 'sign-ins/s / bare argon2id hashes/s', 'sign-in', 'argon2'),
  goal(
    'postgres_only_vs_hand_written',
    0.8,
    'the check without Redis / a session table by hand',
    'session-postgres',
    'session-table',
  ),
  goal('revoke_all_100k_vs_1', 0.9, 'session.revokeAll/s, of 100,000 sessions / of one'),
  goal('two_instances_vs_one', 0.9, 'checks per CPU second behind nginx, two instances / one'),
];

type Ratio = Pick<Measured, 'ratio' | 'cpuRatio'>;

/**
 * All ratios for which both sides were measured. Each side stands relative to hello world slices of its own, so that a
 * machine that changes its pace between the two changes nothing.
 * @param given those that studies measured themselves
 */
export const ratiosOf = (
  measured: Readonly<Record<string, Ratio>>,
  given: Readonly<Record<string, number>>,
  kind: keyof Ratio = 'ratio',
): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const { name, of, to, weight = 1 } of goals) {
    const [left, right] = [of === undefined ? undefined : measured[of], relativeTo(measured, to)];
    const value = left === undefined || right === undefined ? given[name] : left[kind] / right[kind];
    if (value !== undefined && Number.isFinite(value)) found[name] = value * weight;
  }
  return found;
};

/** Everything is relative to hello already. */
const relativeTo = (
  measured: Readonly<Record<string, Ratio>>,
  name: string | undefined,
): Ratio | undefined =>
  name === 'hello' ? { ratio: 1, cpuRatio: 1 } : name === undefined ? undefined : measured[name];
