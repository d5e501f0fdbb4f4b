import type { RedisConnection } from '@portcullis/authority/redis/connection';
import {
  givePoint,
  type LimitCount,
  type LimitShape,
  type LimitWindow,
  NOTHING_TAKEN,
  takePoint,
  type Taking,
} from '../domain/limit.ts';
import { AuthError } from '../errors.ts';
import type { Clock, Keyed, LimitRule, LimitState, RateLimiter } from '../ports.ts';
import { boundedMap } from './bounded-map.ts';
import { type Averages, happened, isUnusual, QUICK_MS, SLOW_MS } from './failure-rate.ts';
import { GIVE, HAPPENED, TAKE } from './rate-limiter-script.ts';
import { within } from './within.ts';

export interface RateLimiterParts {
  rules: Record<LimitRule, LimitShape & { tightens: boolean }>;
  keyed: Keyed;
  /** Null: every instance counts for itself. */
  redis: RedisConnection | null;
  clock: Pick<Clock, 'monotonicMs'>;
  /** How many instances share a limit while they cannot count together. Default: this one alone. */
  instances?: () => number;
  /** Told once for each call that a limit refused. */
  refused?: (rule: LimitRule) => void;
  /** Told when sign-ins begin to fail far more often than usual, and when that is over. */
  alarmed?: (on: boolean) => void;
}

const DEADLINE_MS = 1_000;
/** After a call that Redis did not answer the next ones do not wait for it. */
const REST_MS = 2_000;
const KEY_PREFIX = 'rl:';
/** Of each process; the key that was used longest ago is forgotten first. */
const MOST_KEYS = 100_000;

/**
 * Limits counted in Redis for all instances together. What is taken there is also counted here: while Redis is away or
 * slow each instance goes on with its share of the limit, less what it has let through already. So an outage of Redis
 * neither locks people out nor takes the limits away: at most twice the limit in all.
 */
export const createRateLimiter = (parts: RateLimiterParts): RateLimiter & { isAlarmed: () => boolean } => {
  const { rules, keyed, redis, clock, instances = () => 1, refused } = parts;
  const own = boundedMap<LimitCount>(MOST_KEYS);
  const shared = redis === null ? null : sharedCounts(redis, clock);
  const alarm = createAlarm(parts, shared);

  /** Hashed with the rule's name: no address reaches Redis, and one address has a key of its own in each rule. */
  const hidden = (rule: LimitRule, key: string) =>
    KEY_PREFIX + keyed.hmac('rate_limit', `${rule}|${key}`).toString('base64url');

  const takeHere = (key: string, shape: LimitShape): Taking => {
    const { count, taking } = takePoint(own.get(key) ?? NOTHING_TAKEN, shape, clock.monotonicMs());
    own.set(key, count);
    return taking;
  };

  const take = async (rule: LimitRule, key: string, times: number) => {
    const { tightens, ...whole } = rules[rule];
    const shape = scaled(whole, tightens && alarm.isOn() ? times / 2 : times);
    const taking = await shared?.take(key, shape);
    if (taking?.taken === true) takeHere(key, shape);
    const share = redis === null ? shape : scaled(shape, 1 / Math.max(1, instances()));
    return { taking: taking ?? takeHere(key, share), shape };
  };

  const consume = async (
    rule: LimitRule,
    key: string,
    times = 1,
  ): Promise<LimitState & { taken: boolean }> => {
    const { taking, shape } = await take(rule, hidden(rule, key), times);
    const { taken, left, ms } = taking;
    if (!taken) refused?.(rule);
    const { points = 0, ms: windowMs = 0 } = shape.windows[taking.window] ?? {};
    return { taken, rule, points, windowMs, left, resetMs: Math.max(ms, 1) };
  };

  return {
    consume: async (rule, key, times) => {
      const { taken, ...limit } = await consume(rule, key, times);
      if (!taken) throw new AuthError('rate_limited', { retryAfterMs: limit.resetMs, limit });
      return limit;
    },
    tryConsume: async (rule, key) => (await consume(rule, key)).taken,
    refund: async (rule, key) => {
      const name = hidden(rule, key);
      const count = own.get(name);
      if (count !== undefined) own.set(name, givePoint(count));
      // Lost at worst: the caller has one attempt less until the window ends.
      await shared?.give(name);
    },
    signInFailed: alarm.failed,
    isAlarmed: alarm.isOn,
  };
};

const scaled = (shape: LimitShape, by: number): LimitShape => {
  const scale = ({ points, ms }: LimitWindow) => ({ points: Math.max(1, Math.ceil(points * by)), ms });
  const [first, ...others] = shape.windows;
  return { ...shape, windows: [scale(first), ...others.map(scale)] };
};

type SharedCounts = ReturnType<typeof sharedCounts>;

/** The counts in Redis; undefined when it does not answer in time. */
const sharedCounts = (redis: RedisConnection, clock: Pick<Clock, 'monotonicMs'>) => {
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  const ask = async (script: string, key: string, values: string[]): Promise<unknown[] | undefined> => {
    if (!redis.isReady || clock.monotonicMs() < restsUntilMs) return undefined;
    try {
      return (await within(DEADLINE_MS, redis.eval(script, { keys: [key], arguments: values }))) as unknown[];
    } catch {
      restsUntilMs = clock.monotonicMs() + REST_MS;
      return undefined;
    }
  };
  return {
    take: async (key: string, { windows, waitsMs, forgetMs }: LimitShape): Promise<Taking | undefined> => {
      const answer = await ask(TAKE, key, [JSON.stringify({ windows, waitsMs, forgetMs })]);
      if (answer === undefined) return undefined;
      const [taken, left = 0, window = 0, ms = 0] = answer.map(Number);
      return { taken: taken === 1, left, window, ms };
    },
    give: (key: string) => ask(GIVE, key, []),
    happened: async (): Promise<Averages | undefined> => {
      const answer = await ask(HAPPENED, `${KEY_PREFIX}failures`, [String(QUICK_MS), String(SLOW_MS)]);
      if (answer === undefined) return undefined;
      const [quick = 0, slow = 0] = answer.map(Number);
      return { quick, slow };
    },
  };
};

/** RL-8. Each instance learns of the others' failures with its own next one; without any it has nothing to tighten. */
const createAlarm = ({ clock, alarmed }: RateLimiterParts, shared: SharedCounts | null) => {
  let known: Averages = { quick: 0, slow: 0 };
  let atMs = clock.monotonicMs();
  let was = false;
  const isOn = (): boolean => {
    const on = isUnusual(known, clock.monotonicMs() - atMs);
    if (on !== was) alarmed?.(on);
    was = on;
    return on;
  };
  const learn = async (): Promise<void> => {
    const all = await shared?.happened();
    const now = clock.monotonicMs();
    known = all ?? happened(known, now - atMs);
    atMs = now;
    isOn();
  };
  return { isOn, failed: () => void learn() };
};
