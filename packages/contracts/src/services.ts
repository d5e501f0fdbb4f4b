import * as z from 'zod/mini';
import { reason } from './errors.ts';
import { accountId, sessionId } from './ids.ts';
import { session } from './session.ts';
import { timestamp } from './text.ts';

/** What a service client may do; each route asks for one of them. */
export const SCOPES = ['verify', 'introspect', 'revoke', 'events'] as const;
export const scope = z.enum(SCOPES);
export type Scope = z.infer<typeof scope>;

export const MOST_TOKENS = 256;

export const verifyRequest = z.strictObject({
  tokens: z.array(z.string()).check(z.minLength(1, 'too_short'), z.maxLength(MOST_TOKENS, 'too_long')),
  /**
   * Tokens that cannot be decided now are answered one by one with `active: null`. Without it one of them makes the
   * whole answer a 503: who does not know the third value must never take it for "signed out".
   */
  partial: z.optional(z.boolean()),
});
export type VerifyRequest = z.infer<typeof verifyRequest>;

export const verifyResult = z.union([
  z.object({
    active: z.literal(true),
    session,
    account: z.object({ id: accountId, emailVerified: z.boolean() }),
  }),
  z.object({ active: z.literal(false), reason: z.enum(['revoked', 'expired', 'invalid']) }),
  z.object({ active: z.null(), reason: z.literal('unavailable') }),
]);
export type VerifyResult = z.infer<typeof verifyResult>;

export const verifyResponse = z.object({
  /** In the order of the tokens. */
  results: z.array(verifyResult),
  /** The time of the database, by which expiry and the age of a sign-in are judged. */
  at: timestamp,
});
export type VerifyResponse = z.infer<typeof verifyResponse>;

/** RFC 7662 §2.1 and RFC 7009 §2.1 take the same form. */
export const tokenForm = z.object({
  token: z.string().check(z.minLength(1, 'required')),
  token_type_hint: z.optional(z.string()),
});
export type TokenForm = z.infer<typeof tokenForm>;

/** RFC 7662 §2.2. Times are seconds since the epoch; `sid` and `auth_time` mean what OpenID Connect says. */
export const introspection = z.union([
  z.object({
    active: z.literal(true),
    iss: z.string(),
    aud: z.string(),
    sub: accountId,
    sid: sessionId,
    iat: z.number(),
    nbf: z.number(),
    exp: z.number(),
    auth_time: z.number(),
    token_type: z.enum(['Bearer', 'Cookie']),
  }),
  z.object({ active: z.literal(false) }),
]);
export type Introspection = z.infer<typeof introspection>;

/** One revocation. Without `sessionId` every session of the account ended, but the one that `exceptSessionId` names. */
export const revocation = z.object({
  accountId,
  sessionId: z.optional(sessionId),
  exceptSessionId: z.optional(sessionId),
  /** The account's epoch after it. A session that was opened later belongs to this epoch or a newer one. */
  epoch: z.number(),
  type: z.string(),
  cause: z.string(),
  at: timestamp,
});
export type Revocation = z.infer<typeof revocation>;

/** Revocations may have been missed: why, and from when on none is. */
export const gap = z.object({ because: z.enum(['retention', 'history']) });
export type Gap = z.infer<typeof gap>;

/**
 * Every revocation that was committed at most `upToMs` milliseconds after the request for the stream arrived has been
 * sent. It counts on a clock that never steps; the reader adds it to its own time of sending the request.
 */
export const heartbeat = z.object({ upToMs: z.number() });
export type Heartbeat = z.infer<typeof heartbeat>;

export const publicKeys = z.object({
  issuer: z.string(),
  audience: z.string(),
  keys: z.array(z.object({ id: z.string(), key: z.string(), signs: z.boolean() })),
});
export type PublicKeys = z.infer<typeof publicKeys>;

/** RFC 9457; `error` is there where RFC 6749 §5.2 asks for it. */
export const problemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  reason,
  requestId: z.string(),
  retryAfterMs: z.optional(z.number()),
  fields: z.optional(z.record(z.string(), z.string())),
  mayHaveTakenEffect: z.optional(z.boolean()),
  error: z.optional(z.string()),
});
export type ProblemDetails = z.infer<typeof problemDetails>;
