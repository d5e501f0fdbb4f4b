import { createHash } from 'node:crypto';
import { entriesOf, type KeySetting, type KeySettings } from '../adapters/key-ring.ts';
import { fromPaserk, publicHalfOf, secretKeyOfSeed, toPaserk } from '../adapters/paserk.ts';

const known = (what: string) =>
  createHash('sha256').update(`portcullis development only, known to everybody: ${what}`).digest();

/** Keys that anybody can compute: they spare a developer one command and protect nothing. */
export const DEVELOPMENT_KEYS: Readonly<KeySettings> = {
  PORTCULLIS_KEYS: toPaserk('secret', secretKeyOfSeed(known('signing'))),
  PORTCULLIS_REFRESH_KEYS: toPaserk('local', known('refresh')),
  PORTCULLIS_SECRET: toPaserk('local', known('secret')),
};

const materialOf = (entry: string): string => {
  const local = fromPaserk('local', entry);
  const secret = fromPaserk('secret', entry);
  const publicKey = secret === null ? fromPaserk('public', entry) : publicHalfOf(secret);
  return (local ?? publicKey)?.toString('base64url') ?? entry;
};

const WELL_KNOWN = new Set(Object.values(DEVELOPMENT_KEYS).map(materialOf));

/** Whether a value holds one of them, in whatever spelling. */
export const holdsDevelopmentKey = (setting: string): boolean =>
  entriesOf(setting).some((entry) => WELL_KNOWN.has(materialOf(entry)));

export const KEY_SETTINGS = Object.keys(DEVELOPMENT_KEYS) as KeySetting[];
