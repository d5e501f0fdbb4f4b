import { displayName } from '@portcullis/contracts/account';
import { isEmailAddress } from '@portcullis/contracts/email';
import { emailKey } from './email.ts';
import { type HashRefusal, readStoredHash } from './stored-hash.ts';

/** An account of another system, as it will be stored. */
export interface ImportedAccount {
  email: string;
  emailKey: string;
  name: string | null;
  /** A hash in our own form; null: without a password, and the owner resets it. */
  passwordHash: string | null;
}

export type LineRefusal =
  | HashRefusal
  | 'not_json'
  | 'unknown_field'
  | 'email_malformed'
  | 'email_unverified'
  | 'name_malformed'
  | 'hash_missing';

const FIELDS = new Set(['email', 'emailVerified', 'name', 'passwordHash']);

/**
 * Reads one line of an import.
 * @param assumeVerified Take addresses that the line says nothing about for proven. An address that nobody proved
 * would let whoever made the account elsewhere into the account of the mailbox's owner.
 */
export const readImportedAccount = (text: string, assumeVerified: boolean): ImportedAccount | LineRefusal => {
  const line = objectIn(text);
  if (line === null) return 'not_json';
  if (Object.keys(line).some((field) => !FIELDS.has(field))) return 'unknown_field';
  const { email, emailVerified, name, passwordHash } = line;
  if (typeof email !== 'string' || !isEmailAddress(email)) return 'email_malformed';
  if (emailVerified !== true && !(emailVerified === undefined && assumeVerified)) return 'email_unverified';
  const named = displayName.safeParse(name);
  if (!named.success && name !== undefined && name !== null) return 'name_malformed';
  if (passwordHash === undefined) return 'hash_missing';
  const known = { email, emailKey: emailKey(email), name: named.data ?? null };
  if (passwordHash === null) return { ...known, passwordHash };
  if (typeof passwordHash !== 'string') return 'hash_unknown';
  const read = readStoredHash(passwordHash);
  return typeof read === 'string' ? read : { ...known, passwordHash: read.phc };
};

const objectIn = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};
