import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';
import { fromBase64url } from './base64url.ts';

/** PASERK types of version 4 in use here, and the bytes each holds. A secret key is its seed and then its public key. */
const LENGTHS = { public: 32, secret: 64, local: 32 } as const;
export type PaserkType = keyof typeof LENGTHS;

const SEED_BYTES = 32;
const ID_BYTES = 33;
// DER of everything in an Ed25519 key but the key (RFC 8410 §4 and §7).
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @throws RangeError when the bytes are not a key of that type. */
export const toPaserk = (type: PaserkType, key: Uint8Array): string => {
  if (key.length !== LENGTHS[type]) throw new RangeError(`k4.${type} holds ${LENGTHS[type]} bytes`);
  if (type === 'secret' && !isWholeSecret(key))
    throw new RangeError('the halves of the secret key do not belong together');
  return `k4.${type}.${Buffer.from(key).toString('base64url')}`;
};

/** The bytes of a PASERK of that type, or null: another type or version, another length, another spelling. */
export const fromPaserk = (type: PaserkType, paserk: string): Buffer | null => {
  const prefix = `k4.${type}.`;
  if (!paserk.startsWith(prefix)) return null;
  const key = fromBase64url(paserk.slice(prefix.length));
  if (key === null || key.length !== LENGTHS[type]) return null;
  return type === 'secret' && !isWholeSecret(key) ? null : key;
};

/** The `k4.pid` of a public key: what a footer names it by (PASERK, operations/ID). */
export const keyIdOf = (publicKey: Uint8Array): string => identify('k4.pid.', toPaserk('public', publicKey));

/** The `k4.lid` of a symmetric key; tells nothing about the key. */
export const localIdOf = (key: Uint8Array): string => identify('k4.lid.', toPaserk('local', key));

const identify = (header: string, paserk: string): string => {
  const digest = blake2b(Buffer.from(header + paserk, 'utf8'), { dkLen: ID_BYTES });
  return header + Buffer.from(digest).toString('base64url');
};

export const publicKeyObject = (publicKey: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });

export const privateKeyObject = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });

/** The 64 bytes of `k4.secret` that belong to a seed. */
export const secretKeyOfSeed = (seed: Uint8Array): Buffer => {
  const spki = createPublicKey(privateKeyObject(seed)).export({ format: 'der', type: 'spki' });
  return Buffer.concat([seed, spki.subarray(SPKI_PREFIX.length)]);
};

export const seedOf = (secretKey: Buffer): Buffer => secretKey.subarray(0, SEED_BYTES);
export const publicHalfOf = (secretKey: Buffer): Buffer => secretKey.subarray(SEED_BYTES);

const isWholeSecret = (key: Uint8Array): boolean => secretKeyOfSeed(key.subarray(0, SEED_BYTES)).equals(key);
