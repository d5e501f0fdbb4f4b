import * as z from 'zod/mini';
import { account } from './account.ts';
import { emailAddress } from './email.ts';
import { sessionId } from './ids.ts';
import { presentedPassword } from './password.ts';
import { text, timestamp } from './text.ts';

/** What the holder of a session sees of it. */
export const session = z.object({
  id: sessionId,
  createdAt: timestamp,
  /** When the password was last proven in this session; what step-up compares against (RFC 9470). */
  authenticatedAt: timestamp,
  expiresAt: timestamp,
});
export type Session = z.infer<typeof session>;

/** What a bearer client gets; a cookie client gets none of it in a body. */
export const tokens = z.object({
  accessToken: z.string(),
  accessTokenExpiresAt: timestamp,
  refreshToken: z.string(),
});
export type Tokens = z.infer<typeof tokens>;

export const signInInput = z.strictObject({
  email: emailAddress,
  password: presentedPassword,
  remember: z.optional(z.boolean()),
  transport: z.optional(z.enum(['cookie', 'bearer'])),
});
export type SignInInput = z.infer<typeof signInInput>;
export const signInOutput = z.object({ account, session, tokens: z.optional(tokens) });
export type SignInOutput = z.infer<typeof signInOutput>;

export const reauthenticateInput = z.strictObject({ password: presentedPassword });
export type ReauthenticateInput = z.infer<typeof reauthenticateInput>;
export const reauthenticateOutput = z.object({ session, tokens: z.optional(tokens) });
export type ReauthenticateOutput = z.infer<typeof reauthenticateOutput>;

/** `<session id>.<refresh secret>`: the id finds the row, the secret is what is proven. */
export const refreshToken = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}$/, 'malformed'));
export const refreshInput = z.strictObject({ refreshToken });
export type RefreshInput = z.infer<typeof refreshInput>;
export const refreshOutput = z.object({ tokens });
export type RefreshOutput = z.infer<typeof refreshOutput>;

export const signOutOutput = z.object({ status: z.literal('signed_out') });
export type SignOutOutput = z.infer<typeof signOutOutput>;

/** Who ended a session, as its owner is told. */
export const endedBy = z.enum([
  'sign_out',
  'revoked',
  'revoked_others',
  'revoked_all',
  'password_reset',
  'password_changed',
  'email_changed',
  'email_restored',
  'reauthenticated',
  'refresh_reuse',
  'account_disabled',
  'account_deleted',
  'expired',
  'operator',
]);
export type EndedBy = z.infer<typeof endedBy>;

export const sessionListItem = z.object({
  id: sessionId,
  current: z.boolean(),
  createdAt: timestamp,
  lastSeenAt: timestamp,
  expiresAt: timestamp,
  ip: z.nullable(z.string()),
  userAgent: z.object({
    browser: z.nullable(text(0, 200)),
    os: z.nullable(text(0, 200)),
    device: z.nullable(text(0, 200)),
  }),
  endedAt: z.optional(timestamp),
  endedBy: z.optional(endedBy),
});
export type SessionListItem = z.infer<typeof sessionListItem>;
export const sessionListOutput = z.object({ sessions: z.array(sessionListItem) });
export type SessionListOutput = z.infer<typeof sessionListOutput>;

export const revokeInput = z.strictObject({ sessionId });
export type RevokeInput = z.infer<typeof revokeInput>;
/** Counting stops at 1,000: ending sessions costs the same however many there are (G7), counting would not. */
export const revokeOutput = z.object({ sessionsEnded: z.number() });
export type RevokeOutput = z.infer<typeof revokeOutput>;

export const sessionEventType = z.enum([
  'session_opened',
  'session_revoked',
  'session_expired',
  'password_changed',
  'email_changed',
  'account_disabled',
  'account_deleted',
]);
export type SessionEventType = z.infer<typeof sessionEventType>;
export const sessionEvent = z.object({ type: sessionEventType, at: timestamp, by: z.nullable(endedBy) });
export type SessionEvent = z.infer<typeof sessionEvent>;
