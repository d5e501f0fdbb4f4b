import type { RedisConnection } from '@portcullis/authority/redis/connection';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AuthError } from '../errors.ts';
import type { Keyed, LimitRule, RateLimiter } from '../ports.ts';
import { within } from './within.ts';

export interface RateLimiterParts {
  rules: Record<LimitRule, { points: number; seconds: number }>;
  keyed: Keyed;
  /** Null: every instance counts for itself. */
  redis: RedisConnection | null;
  /** Told once for each call that a limit refused. */
  refused?: (rule: LimitRule) => void;
}

const DEADLINE_MS = 250;
const KEY_PREFIX = 'rl';

/** Counts up from the first point on for one window, and never below zero: a point is given back at most once taken. */
const COUNT = `
redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX')
local consumed = redis.call('incrby', KEYS[1], ARGV[1])
if consumed < 0 then
  redis.call('set', KEYS[1], 0, 'KEEPTTL')
  consumed = 0
end
return {consumed, redis.call('pttl', KEYS[1])}`;

/**
 * Limits counted in Redis for all instances together; while Redis is away or slow each instance counts for itself, so
 * an outage of it neither locks people out nor takes the limits away.
 */
export const createRateLimiter = ({ rules, keyed, redis, refused }: RateLimiterParts): RateLimiter => {
  const limiters = Object.fromEntries(
    Object.entries(rules).map(([rule, { points, seconds }]) => {
      const own = new RateLimiterMemory({ keyPrefix: KEY_PREFIX, points, duration: seconds });
      if (redis === null) return [rule, own];
      const shared = new RateLimiterRedis({
        storeClient: bounded(redis),
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        customIncrTtlLuaScript: COUNT,
        keyPrefix: KEY_PREFIX,
        points,
        duration: seconds,
        insuranceLimiter: own,
      });
      return [rule, shared];
    }),
  ) as Record<LimitRule, RateLimiterMemory | RateLimiterRedis>;

  /** Hashed with the rule's name: no address reaches Redis, and one address has a key of its own in each rule. */
  const hidden = (rule: LimitRule, key: string) =>
    keyed.hmac('rate_limit', `${rule}|${key}`).toString('base64url');

  /** Null when a point was left, else how long until the next in milliseconds. */
  const take = async (rule: LimitRule, key: string): Promise<number | null> => {
    try {
      await limiters[rule].consume(hidden(rule, key));
      return null;
    } catch (spent) {
      if (!(spent instanceof RateLimiterRes)) throw spent;
      refused?.(rule);
      return Math.max(spent.msBeforeNext, 1);
    }
  };

  return {
    consume: async (rule, key) => {
      const retryAfterMs = await take(rule, key);
      if (retryAfterMs !== null) throw new AuthError('rate_limited', { retryAfterMs });
    },
    tryConsume: async (rule, key) => (await take(rule, key)) === null,
    refund: async (rule, key) => {
      // Lost at worst: the caller has one attempt less until the window ends.
      await limiters[rule].reward(hidden(rule, key)).catch(() => undefined);
    },
  };
};

/** The one command that the library sends, with a deadline on its answer. */
const bounded = (redis: RedisConnection) => ({
  get isReady() {
    return redis.isReady;
  },
  eval: (script: string, call: { keys: string[]; arguments: string[] }) =>
    within(DEADLINE_MS, redis.eval(script, call)),
});
