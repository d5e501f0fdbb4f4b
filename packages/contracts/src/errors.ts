import * as z from 'zod/mini';
import { passwordRule } from './password.ts';

/** Every reason this service refuses with, and the HTTP status it goes with. Closed: callers switch on it. */
export const REASONS = {
  credentials_invalid: 401,
  email_unverified: 401,
  session_missing: 401,
  session_revoked: 401,
  session_expired: 401,
  token_invalid: 401,
  account_disabled: 401,
  step_up_required: 401,
  factor_required: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  input_invalid: 400,
  verification_invalid: 400,
  password_rejected: 400,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
} as const;

export type Reason = keyof typeof REASONS;
export const reason = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]);

/** The `data` of a tRPC error: what a program may act on. `message` beside it is for people only. */
export const errorData = z.object({
  code: z.string(),
  reason,
  requestId: z.string(),
  retryAfterMs: z.optional(z.number()),
  fields: z.optional(z.record(z.string(), z.string())),
  rules: z.optional(z.array(passwordRule)),
  /** The write may have been committed although the answer is not a success; a retry is safe. */
  mayHaveTakenEffect: z.optional(z.literal(true)),
});
export type ErrorData = z.infer<typeof errorData>;
