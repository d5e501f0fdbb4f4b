import * as z from 'zod/mini';

/** An account's id: UUID v7, so rows made together lie together. It authorises nothing. */
export const accountId = z.uuid().brand<'AccountId'>();
export type AccountId = z.infer<typeof accountId>;

/**
 * A session's public handle: 32 random bytes as base64url (ASVS 7.2.3 asks for 128 bits of a CSPRNG and rules
 * UUIDs out). It names a session in lists and in `session.revoke`; it is never accepted as a credential.
 */
export const sessionId = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{43}$/, 'malformed'))
  .brand<'SessionId'>();
export type SessionId = z.infer<typeof sessionId>;

/** 32 random bytes as base64url: what a mailed link or a refresh carries. Only its SHA-256 is stored. */
export const secret = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, 'malformed'));
