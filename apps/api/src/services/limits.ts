import { networkOf, siteOf } from '../domain/network.ts';
import { AuthError } from '../errors.ts';
import type { LimitRule, LimitState } from '../ports.ts';
import type { RequestContext } from './context.ts';

type Limiting = Pick<RequestContext, 'deps' | 'noteLimit'>;

/** One point of one rule. */
export interface Spending {
  rule: LimitRule;
  key: string;
  /** The rule's points times this. */
  times?: number;
  /** What is left of it is not told: others count there, too. */
  hidden?: true;
}

/** A site of IPv6 is thousands of customers, or one attacker. */
const TIMES_FOR_A_SITE = 8;

/** What a limit by address costs: a point of the address and, for IPv6, one of the /48 around it, too. */
export const byAddress = (rule: LimitRule, ip: string | null): Spending[] => {
  const site = siteOf(ip);
  const own: Spending = { rule, key: networkOf(ip) };
  return site === null ? [own] : [own, { rule, key: site, times: TIMES_FOR_A_SITE, hidden: true }];
};

/** Nothing was decided and nothing done: an outage, or another limit, is nobody's attempt. */
const isUndecided = (error: unknown): boolean =>
  error instanceof AuthError &&
  (error.reason === 'rate_limited' || (error.reason === 'unavailable' && error.mayHaveTakenEffect !== true));

/** @throws AuthError `rate_limited` */
export const spend = async (ctx: Limiting, spending: Spending): Promise<LimitState> => {
  const { rule, key, times, hidden } = spending;
  try {
    const state = await ctx.deps.limiter.consume(rule, key, times);
    if (hidden !== true) ctx.noteLimit?.(state);
    return state;
  } catch (error) {
    if (hidden !== true && error instanceof AuthError && error.limit !== undefined)
      ctx.noteLimit?.(error.limit);
    throw error;
  }
};

const giveBack = async (ctx: Limiting, spent: readonly [Spending, LimitState][]): Promise<void> => {
  for (const [{ rule, key, hidden }, state] of spent) {
    await ctx.deps.limiter.refund(rule, key);
    if (hidden !== true) ctx.noteLimit?.({ ...state, left: state.left + 1 });
  }
};

/**
 * An attempt that costs a point of each. One that an outage or another limit cut short gets them back: who tries until
 * the service answers again must not be locked out by then.
 * @throws AuthError `rate_limited` without an attempt when one of them has none left.
 */
export const limited = async <T>(
  ctx: Limiting,
  spendings: readonly Spending[],
  attempt: () => Promise<T>,
  { successIsFree = false } = {},
): Promise<T> => {
  const spent: [Spending, LimitState][] = [];
  try {
    for (const spending of spendings) spent.push([spending, await spend(ctx, spending)]);
    const result = await attempt();
    if (successIsFree) await giveBack(ctx, spent);
    return result;
  } catch (error) {
    if (isUndecided(error)) await giveBack(ctx, spent);
    throw error;
  }
};

/** Only failures cost: the points are taken first, so that parallel guesses cannot share one, and given back for a success. */
export const failuresLimited = <T>(
  ctx: Limiting,
  spendings: readonly Spending[],
  attempt: () => Promise<T>,
): Promise<T> => limited(ctx, spendings, attempt, { successIsFree: true });

/** Work that may end in a mail to a mailbox. When that has had its share, the work is the same and no mail comes of it. */
export const mailingTo = async <T>(
  { deps: { limiter } }: Limiting,
  emailKey: string,
  work: (mayMail: boolean) => Promise<T>,
): Promise<T> => {
  const mayMail = await limiter.tryConsume('mail_mailbox', emailKey);
  try {
    return await work(mayMail);
  } catch (error) {
    if (mayMail && isUndecided(error)) await limiter.refund('mail_mailbox', emailKey);
    throw error;
  }
};
