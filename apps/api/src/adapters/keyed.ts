import { createHmac, hkdfSync } from 'node:crypto';
import type { Keyed } from '../ports.ts';

const KEY_BYTES = 32;

/**
 * @param secret The service's secret, at least 32 bytes.
 * @returns HMAC-SHA-256 under a key of its own for each purpose, derived by HKDF-SHA-256 (RFC 5869), so that a value
 *   made for one purpose says nothing about the same text under another.
 */
export const createKeyed = (secret: Uint8Array): Keyed => {
  if (secret.length < KEY_BYTES) throw new RangeError('the secret is shorter than 32 bytes');
  // Purposes are names in the source, so there are only a few.
  const keys = new Map<string, Buffer>();
  const keyFor = (purpose: string): Buffer => {
    const known = keys.get(purpose);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', secret, '', `portcullis:v1:keyed:${purpose}`, KEY_BYTES));
    keys.set(purpose, key);
    return key;
  };
  return {
    hmac: (purpose, value) => createHmac('sha256', keyFor(purpose)).update(value, 'utf8').digest(),
  };
};
