import type { LimitRule } from '../ports.ts';

export interface Limit {
  points: number;
  /** Length of the window, which begins with the first point. */
  seconds: number;
}

const MINUTE = 60;
const HOUR = 3_600;

/** The one table of limits. `firm` ones count wrong passwords of one account and are never relaxed. */
const LIMITS: Record<LimitRule, Limit & { firm?: true }> = {
  sign_in_ip: { points: 20, seconds: 5 * MINUTE },
  sign_in_account_ip: { points: 5, seconds: 15 * MINUTE, firm: true },
  sign_up_ip: { points: 5, seconds: HOUR },
  mail_ip: { points: 10, seconds: HOUR },
  mail_mailbox: { points: 3, seconds: HOUR },
  verification_ip: { points: 10, seconds: 15 * MINUTE },
  password_session: { points: 5, seconds: 15 * MINUTE, firm: true },
  write_session: { points: 120, seconds: MINUTE },
  refresh_ip: { points: 60, seconds: MINUTE },
  // Tokens that one service client may ask about, counted by each instance for itself.
  client_tokens: { points: 100_000, seconds: 10 },
  client_failure_ip: { points: 60, seconds: MINUTE },
};

const RELAXATION = 10_000;

export const limitsOf = (mode: 'standard' | 'relaxed'): Record<LimitRule, Limit> =>
  Object.fromEntries(
    Object.entries(LIMITS).map(([rule, { points, seconds, firm }]) => [
      rule,
      { points: mode === 'relaxed' && !firm ? points * RELAXATION : points, seconds },
    ]),
  ) as Record<LimitRule, Limit>;
