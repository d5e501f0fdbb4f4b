import type { LimitState } from '../ports.ts';

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10) of the limits that a request counted
 * against: how many a window gives, how many are left, and the seconds until it begins anew.
 */
export const limitHeaders = (limits: readonly LimitState[]): Record<string, string> => {
  if (limits.length === 0) return {};
  return {
    'ratelimit-policy': limits
      .map(({ rule, points, windowMs }) => `"${rule}";q=${points};w=${seconds(windowMs)}`)
      .join(', '),
    ratelimit: limits
      .map(({ rule, left, resetMs }) => `"${rule}";r=${left};t=${seconds(resetMs)}`)
      .join(', '),
  };
};

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));
