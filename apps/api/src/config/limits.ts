import type { LimitShape } from '../domain/limit.ts';
import type { LimitRule } from '../ports.ts';

export interface Limit {
  points: number;
  /** Length of the window, which begins with the first point. */
  seconds: number;
}

/** One row of the table. */
export interface LimitEntry {
  /** What costs a point. */
  counts: string;
  /** What they are counted for. */
  per: string;
  windows: readonly [Limit, ...Limit[]];
  /** Once the first window is spent: seconds that each further attempt has to wait for; the last one stays. */
  waits?: readonly number[];
  /** With waits: seconds of quiet after which everything is forgotten. */
  forgets?: number;
  /** What happens to one too many. */
  excess: string;
  /** Counts wrong passwords of one account or session, and is never relaxed. */
  firm?: true;
  /** Halved while sign-ins fail far more often than usual. */
  tightens?: true;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;
const minutes = (...each: number[]): number[] => each.map((one) => one * MINUTE);

/** The one table of limits; docs/operations.md shows it. Points are taken before the work, and given back for a success. */
export const LIMITS: Record<LimitRule, LimitEntry> = {
  sign_in_ip: {
    counts: 'failed sign-ins',
    per: 'address',
    windows: [
      { points: 20, seconds: 5 * MINUTE },
      { points: 100, seconds: DAY },
    ],
    excess: '429',
    tightens: true,
  },
  sign_in_account_ip: {
    counts: 'failed sign-ins without a known device',
    per: 'account and address',
    windows: [{ points: 5, seconds: 15 * MINUTE }],
    waits: minutes(1, 2, 4, 8, 15),
    forgets: HOUR,
    excess: '429',
    firm: true,
    tightens: true,
  },
  sign_in_account: {
    counts: 'failed sign-ins without a known device',
    per: 'account',
    windows: [{ points: 20, seconds: HOUR }],
    waits: minutes(15, 30, 60),
    forgets: DAY,
    excess: '429 for unknown devices only; one notice mail a day',
    firm: true,
    tightens: true,
  },
  sign_in_device: {
    counts: 'failed sign-ins of a known device',
    per: 'account and device',
    windows: [{ points: 10, seconds: 15 * MINUTE }],
    excess: 'the device counts as unknown',
    firm: true,
  },
  sign_in_notice: {
    counts: 'mails that say that somebody guesses',
    per: 'account',
    windows: [{ points: 1, seconds: DAY }],
    excess: 'no mail',
    firm: true,
  },
  sign_up_ip: {
    counts: 'sign-ups',
    per: 'address',
    windows: [
      { points: 5, seconds: HOUR },
      { points: 20, seconds: DAY },
    ],
    excess: '429',
  },
  mail_ip: {
    counts: 'requests for a mailed link',
    per: 'address',
    windows: [{ points: 10, seconds: HOUR }],
    excess: '429',
  },
  mail_mailbox: {
    counts: 'mails that strangers can cause',
    per: 'mailbox',
    windows: [
      { points: 3, seconds: HOUR },
      { points: 10, seconds: DAY },
    ],
    excess: 'the same answer, and no mail',
  },
  verification_ip: {
    counts: 'links that are not valid',
    per: 'address',
    windows: [{ points: 10, seconds: 15 * MINUTE }],
    excess: '429, before any hash',
  },
  password_session: {
    counts: 'wrong current passwords',
    per: 'session',
    windows: [{ points: 5, seconds: 15 * MINUTE }],
    excess: '429',
    firm: true,
  },
  write_session: {
    counts: 'changes by somebody signed in',
    per: 'session',
    windows: [{ points: 120, seconds: MINUTE }],
    excess: '429',
  },
  refresh_ip: {
    counts: 'refreshes',
    per: 'address',
    windows: [{ points: 60, seconds: MINUTE }],
    excess: '429',
  },
  client_tokens: {
    counts: 'tokens that are asked about',
    per: 'service client and instance',
    windows: [{ points: 100_000, seconds: 10 }],
    excess: '429',
  },
  client_failure_ip: {
    counts: 'wrong client secrets',
    per: 'address',
    windows: [{ points: 60, seconds: MINUTE }],
    excess: '429',
  },
};

const RELAXATION = 10_000;

export interface LimitFacts extends LimitShape {
  tightens: boolean;
}

export const limitsOf = (mode: 'standard' | 'relaxed'): Record<LimitRule, LimitFacts> =>
  Object.fromEntries(
    Object.entries(LIMITS).map(([rule, { windows, waits = [], forgets = 0, firm, tightens }]) => [
      rule,
      {
        windows: windows.map(({ points, seconds }) => ({
          points: mode === 'relaxed' && firm !== true ? points * RELAXATION : points,
          ms: seconds * 1_000,
        })),
        waitsMs: waits.map((seconds) => seconds * 1_000),
        forgetMs: forgets * 1_000,
        tightens: mode === 'standard' && tightens === true,
      },
    ]),
  ) as unknown as Record<LimitRule, LimitFacts>;
