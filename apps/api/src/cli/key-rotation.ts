import { randomBytes } from 'node:crypto';
import {
  entriesOf,
  NO_PEPPER,
  type KeySetting,
  type KeySettings,
  parseKeyRing,
  symmetricKeyOf,
} from '../adapters/key-ring.ts';
import {
  fromPaserk,
  keyIdOf,
  localIdOf,
  publicHalfOf,
  secretKeyOfSeed,
  toPaserk,
} from '../adapters/paserk.ts';

/** A ring becoming another one: pure but for the generator. */

type KeyRole = 'signs' | 'verifies' | 'derives' | 'recognises' | 'peppers';

export interface ListedKey {
  setting: KeySetting;
  /** PASERK `k4.pid` of a signing key, `k4.lid` of a refresh key or a pepper. */
  kid: string;
  role: KeyRole;
}

/** Keys of 256 bits each from the system's generator. */
export const generateKeys = (): KeySettings => ({
  PORTCULLIS_KEYS: newSigningKey(),
  PORTCULLIS_REFRESH_KEYS: newLocalKey(),
  PORTCULLIS_SECRET: newLocalKey(),
});

const newSigningKey = (): string => toPaserk('secret', secretKeyOfSeed(randomBytes(32)));
const newLocalKey = (): string => toPaserk('local', randomBytes(32));

/** @throws KeyRingError when the ring is not one the service would start with. */
export const listKeys = (ring: KeySettings): ListedKey[] => {
  parseKeyRing(ring);
  const list = (setting: RotatedSetting, first: KeyRole, others: KeyRole): ListedKey[] =>
    entriesOf(ring[setting] ?? '')
      .map((entry, index) => ({ setting, kid: idOf(entry), role: index === 0 ? first : others }))
      .filter(({ kid }) => kid !== '');
  return [
    ...list('PORTCULLIS_KEYS', 'signs', 'verifies'),
    ...list('PORTCULLIS_REFRESH_KEYS', 'derives', 'recognises'),
    ...list(PEPPERS, 'peppers', 'recognises'),
  ];
};

/** @param announce Put the new keys last, where they only verify. */
export const rotateKeys = (ring: KeySettings, announce: boolean): KeySettings => {
  const add = (setting: RotatedSetting, key: string) => {
    const entries = entriesOf(ring[setting] ?? '');
    return (announce ? [...entries, key] : [key, ...entries]).join(',');
  };
  return checked({
    ...ring,
    PORTCULLIS_KEYS: add('PORTCULLIS_KEYS', newSigningKey()),
    PORTCULLIS_REFRESH_KEYS: add('PORTCULLIS_REFRESH_KEYS', newLocalKey()),
  });
};

/**
 * The ring with one more pepper and nothing else changed: most people never need another one.
 * @param announce Let it verify only; the first one then stands behind `none`.
 */
export const addPepper = (ring: KeySettings, announce: boolean): KeySettings => {
  const before = entriesOf(ring[PEPPERS] ?? '');
  const announced = before.length === 0 ? [NO_PEPPER, newLocalKey()] : [...before, newLocalKey()];
  const inUse = [newLocalKey(), ...before.filter((entry) => entry !== NO_PEPPER)];
  return checked({ ...ring, [PEPPERS]: (announce ? announced : inUse).join(',') });
};

/** @throws KeysError for an id that is not in the ring; KeyRingError for one that cannot sign. */
export const promoteKey = (ring: KeySettings, kid: string): KeySettings => {
  const { setting, entries, index } = find(ring, kid);
  const [key = ''] = entries.splice(index, 1);
  const others = entries.filter((entry) => entry !== NO_PEPPER);
  return checked({ ...ring, [setting]: [key, ...others].join(',') });
};

/** @throws KeysError for an id that is not in the ring, or one in use. */
export const retireKey = (ring: KeySettings, kid: string, verifyOnly: boolean): KeySettings => {
  const { setting, entries, index } = find(ring, kid);
  if (index === 0) throw new KeysError('this key is in use: rotate or promote another one first');
  const secretKey = fromPaserk('secret', entries[index] ?? '');
  if (verifyOnly && setting !== 'PORTCULLIS_KEYS')
    throw new KeysError('only a signing key has a public half');
  const kept = verifyOnly && secretKey !== null ? [toPaserk('public', publicHalfOf(secretKey))] : [];
  entries.splice(index, 1, ...(verifyOnly && secretKey === null ? entries.slice(index, index + 1) : kept));
  return checked({ ...ring, [setting]: entries.join(',') });
};

/** The command cannot be done; the message is for the operator. */
export class KeysError extends Error {
  override readonly name = 'KeysError';
}

type RotatedSetting = Exclude<KeySetting, 'PORTCULLIS_SECRET'>;

const PEPPERS = 'PORTCULLIS_PASSWORD_PEPPERS';

const find = (ring: KeySettings, kid: string) => {
  for (const setting of ['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', PEPPERS] as const) {
    const entries = entriesOf(ring[setting] ?? '');
    const index = entries.findIndex((entry) => idOf(entry) === kid);
    if (index >= 0) return { setting, entries, index };
  }
  throw new KeysError('there is no key of this id in the ring; keys list prints the ids');
};

const idOf = (entry: string): string => {
  const local = symmetricKeyOf(entry);
  if (local !== null) return localIdOf(local);
  const secretKey = fromPaserk('secret', entry);
  const publicKey = secretKey === null ? fromPaserk('public', entry) : publicHalfOf(secretKey);
  return publicKey === null ? '' : keyIdOf(publicKey);
};

/** @throws KeyRingError when it is not a ring the service would start with. */
export const checked = (ring: KeySettings): KeySettings => {
  parseKeyRing(ring);
  return ring;
};
