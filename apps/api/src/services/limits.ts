import { AuthError } from '../errors.ts';
import type { LimitRule } from '../ports.ts';
import type { RequestContext } from './context.ts';

type Limiting = Pick<RequestContext, 'deps'>;

/** Nothing was decided and nothing done: an outage is nobody's attempt. */
const isUndecided = (error: unknown): boolean =>
  error instanceof AuthError && error.reason === 'unavailable' && error.mayHaveTakenEffect !== true;

/**
 * An attempt that costs a point. One that an outage cut short gets it back: who tries until the service answers again
 * must not be locked out by then.
 * @throws AuthError `rate_limited` without an attempt when no point is left.
 */
export const limited = async <T>(
  { deps: { limiter } }: Limiting,
  rule: LimitRule,
  key: string,
  attempt: () => Promise<T>,
): Promise<T> => {
  await limiter.consume(rule, key);
  try {
    return await attempt();
  } catch (error) {
    if (isUndecided(error)) await limiter.refund(rule, key);
    throw error;
  }
};

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
