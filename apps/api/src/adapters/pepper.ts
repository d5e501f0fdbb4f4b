import { createHmac } from 'node:crypto';
import type { PasswordHasher } from '../ports.ts';
import type { PepperRing } from './key-ring.ts';
import { localIdOf } from './paserk.ts';

const ID_BYTES = 8;

/**
 * What a stored hash names a pepper by: the first 8 bytes of its `k4.lid`, which tell nothing about the key. The PHC
 * format of argon2 calls it `keyid` and allows no more.
 */
export const pepperIdOf = (pepper: Uint8Array): string =>
  Buffer.from(localIdOf(pepper).slice('k4.lid.'.length), 'base64url')
    .subarray(0, ID_BYTES)
    .toString('base64')
    .replace(/=+$/, '');

const KEY_ID = /^(\$argon2id\$v=19\$[^$]*),keyid=([A-Za-z0-9+/]{11})(\$[^$]*\$[^$]*)$/;

/**
 * Hashes the HMAC-SHA-256 of a password under the newest pepper in place of the password itself (NIST SP 800-63B-4
 * §3.1.1.2: a keyed step whose key is stored apart). The stored hash says which pepper it was; each of the ring
 * verifies, and a hash of another one than the newest asks for a rehash. A hash whose pepper is not in the ring lets
 * nobody in, at the cost of any other verification.
 * @param unknown told the id of a pepper that is missing
 */
export const createPepperedHasher = (
  inner: PasswordHasher,
  { current, all }: PepperRing,
  unknown: (pepperId: string) => void = () => undefined,
): PasswordHasher => {
  const ring = new Map(all.map((pepper) => [pepperIdOf(pepper), pepper]));
  const currentId = current === null ? null : pepperIdOf(current);

  return {
    hash: async (password) => {
      if (current === null || currentId === null) return inner.hash(password);
      const plain = await inner.hash(keyed(current, password));
      return plain.replace(/^(\$argon2id\$v=19\$[^$]*)/, (parameters) => `${parameters},keyid=${currentId}`);
    },
    verify: (phc, password) => {
      const named = KEY_ID.exec(phc);
      if (named === null) return inner.verify(phc, password);
      const [, before = '', id = '', after = ''] = named;
      const pepper = ring.get(id);
      if (pepper !== undefined) return inner.verify(before + after, keyed(pepper, password));
      unknown(id);
      // As it stands no adapter can compute it: refused there, after one hash of today's cost.
      return inner.verify(phc, password);
    },
    verifyNothing: (password) => inner.verifyNothing(password),
    needsRehash: (phc) => {
      const named = KEY_ID.exec(phc);
      if ((named?.[2] ?? null) !== currentId) return true;
      return inner.needsRehash(named === null ? phc : `${named[1]}${named[3]}`);
    },
  };
};

/** Of the NFC form, so that both spellings of one text stay one password. */
const keyed = (pepper: Uint8Array, password: string): string =>
  createHmac('sha256', pepper).update(password.normalize('NFC'), 'utf8').digest('base64url');
