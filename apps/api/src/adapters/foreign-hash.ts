import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { type ForeignHash, readStoredHash } from '../domain/stored-hash.ts';

const derivePbkdf2 = promisify(pbkdf2);

/** One verification of a password, as typed. */
type Verification = (password: string) => Promise<boolean>;

/**
 * Verifies the hashes of other systems that were imported. Their own systems hashed what was typed, and not always in
 * one normal form: the text as it came is tried, and then its NFC form where that is another one.
 * @returns null for what is none of them; nothing is computed before the verification is called
 */
export const foreignVerification = (phc: string): Verification | null => {
  const read = readStoredHash(phc);
  if (typeof read === 'string' || read.scheme === 'argon2id') return null;
  // What was stored by us is in our own form, and only that is taken.
  if (read.phc !== phc) return null;
  return async (password) => {
    if (await fits(read, password)) return true;
    const normal = password.normalize('NFC');
    return normal !== password && fits(read, normal);
  };
};

const fits = async (stored: ForeignHash, password: string): Promise<boolean> => {
  if (stored.scheme === 'bcrypt') return bcrypt.compare(password, stored.phc);
  if (stored.scheme === 'argon2i') return argon2.verify(stored.phc, Buffer.from(password, 'utf8'));
  const [salt, hash] = [Buffer.from(stored.salt, 'base64'), Buffer.from(stored.hash, 'base64')];
  const derived =
    stored.scheme === 'scrypt'
      ? await deriveScrypt(password, salt, hash.length, stored)
      : await derivePbkdf2(password, salt, stored.iterations, hash.length, stored.digest);
  return timingSafeEqual(derived, hash);
};

const deriveScrypt = (
  password: string,
  salt: Buffer,
  length: number,
  { logN, r, p }: { logN: number; r: number; p: number },
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // Node refuses at exactly what is needed; its own default allows 32 MiB.
    const options = { N: 2 ** logN, r, p, maxmem: 128 * 2 ** logN * r + 128 * r * p + 1024 * 1024 };
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
