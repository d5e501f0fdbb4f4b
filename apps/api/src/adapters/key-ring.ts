import { createHash, type KeyObject } from 'node:crypto';
import { fromBase64url } from './base64url.ts';
import {
  fromPaserk,
  keyIdOf,
  privateKeyObject,
  publicHalfOf,
  publicKeyObject,
  seedOf,
  toPaserk,
} from './paserk.ts';

/** The settings that hold keys, as they stand in the environment. */
export interface KeySettings {
  /** `k4.secret` keys, newest first, separated by blanks or commas; a retired one may be its `k4.public` only. */
  PORTCULLIS_KEYS: string;
  /** `k4.local` keys, or 32 bytes each as base64url; newest first. */
  PORTCULLIS_REFRESH_KEYS: string;
  /** One `k4.local` key, or 32 bytes as base64url. */
  PORTCULLIS_SECRET: string;
  /** `k4.local` keys, or 32 bytes each as base64url; newest first, or `none` first. Unset: no pepper. */
  PORTCULLIS_PASSWORD_PEPPERS?: string;
}

/** What passwords are keyed with before they are hashed. */
export interface PepperRing {
  /** For new hashes; null: they get none. */
  current: Buffer | null;
  /** All that verify, 32 bytes each. */
  all: readonly Buffer[];
}

/** In the first place of the peppers: those that follow verify only. Brings the first one in, or the last one out. */
export const NO_PEPPER = 'none';

export type KeySetting = keyof KeySettings;

interface VerificationKey {
  /** PASERK `k4.pid`. */
  kid: string;
  paserk: string;
  key: KeyObject;
}

export interface KeyRing {
  /** Changes whenever a key is added, removed or replaced. */
  version: string;
  /** The newest key: the one that signs. */
  signing: { kid: string; key: KeyObject };
  /** Every key that verifies, by its id; newest first. */
  verification: ReadonlyMap<string, VerificationKey>;
  /** 32 bytes each, newest first. */
  refreshKeys: readonly Buffer[];
  /** 32 bytes. */
  secret: Buffer;
  peppers: PepperRing;
  /** What `/v1/keys` publishes, newest first. */
  publicKeys: () => { kid: string; paserk: string }[];
}

export interface KeyProblem {
  setting: KeySetting;
  problem: string;
}

/** Says which settings are wrong and why, never what they hold. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';
  readonly problems: readonly KeyProblem[];

  constructor(problems: readonly KeyProblem[]) {
    super(problems.map(({ setting, problem }) => `${setting}: ${problem}`).join('; '));
    this.problems = problems;
  }
}

interface SigningEntry {
  kid: string;
  publicKey: Buffer;
  seed: Buffer | null;
}

/**
 * Reads the ring and refuses keys that are malformed, weak, given twice or used in two roles.
 * @throws KeyRingError with every problem found.
 */
export const parseKeyRing = (settings: KeySettings): KeyRing => {
  const problems: KeyProblem[] = [];
  const report = (setting: KeySetting) => (problem: string) => void problems.push({ setting, problem });
  const entries = signingEntries(entriesOf(settings.PORTCULLIS_KEYS), report('PORTCULLIS_KEYS'));
  const refreshKeys = localKeys(
    entriesOf(settings.PORTCULLIS_REFRESH_KEYS),
    report('PORTCULLIS_REFRESH_KEYS'),
  );
  const secret = secretOf(settings.PORTCULLIS_SECRET, report('PORTCULLIS_SECRET'));
  const peppers = pepperRing(
    entriesOf(settings.PORTCULLIS_PASSWORD_PEPPERS ?? ''),
    report('PORTCULLIS_PASSWORD_PEPPERS'),
  );
  refuseSharedMaterial({ entries, refreshKeys, secret, peppers }, problems);

  const [newest] = entries;
  if (problems.length > 0 || newest === undefined || newest.seed === null || secret === null)
    throw new KeyRingError(problems);
  const verification = new Map(
    entries.map(({ kid, publicKey }) => [
      kid,
      { kid, paserk: toPaserk('public', publicKey), key: publicKeyObject(publicKey) },
    ]),
  );
  return {
    version: createHash('sha256')
      .update([...verification.keys()].join(' '))
      .digest('base64url'),
    signing: { kid: newest.kid, key: privateKeyObject(newest.seed) },
    verification,
    refreshKeys,
    secret,
    peppers,
    publicKeys: () => [...verification.values()].map(({ kid, paserk }) => ({ kid, paserk })),
  };
};

/** The entries of a setting: separated by blanks, line ends or commas. */
export const entriesOf = (setting: string): string[] =>
  setting.split(/[\s,]+/).filter((entry) => entry !== '');

type Report = (problem: string) => void;

const signingEntries = (entries: string[], report: Report): SigningEntry[] => {
  if (entries.length === 0) report('holds no key');
  const found: SigningEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const place = `key ${index + 1} of ${entries.length}`;
    const secretKey = fromPaserk('secret', entry);
    const publicKey = secretKey === null ? fromPaserk('public', entry) : publicHalfOf(secretKey);
    if (publicKey === null) {
      report(`${place} is neither k4.secret nor k4.public`);
      continue;
    }
    const seed = secretKey === null ? null : seedOf(secretKey);
    if (isWeak(seed ?? publicKey)) report(`${place} is weak`);
    else if (index === 0 && seed === null) report(`${place} must be k4.secret: the newest key signs`);
    found.push({ kid: keyIdOf(publicKey), publicKey, seed });
  }
  return found;
};

const localKeys = (entries: string[], report: Report): Buffer[] => {
  if (entries.length === 0) report('holds no key');
  const found: Buffer[] = [];
  for (const [index, entry] of entries.entries()) {
    const place = `key ${index + 1} of ${entries.length}`;
    const key = symmetricKeyOf(entry);
    if (key === null) report(`${place} is neither k4.local nor 32 bytes as base64url`);
    else if (isWeak(key)) report(`${place} is weak`);
    else found.push(key);
  }
  return found;
};

const pepperRing = (entries: string[], report: Report): PepperRing => {
  const isWithout = entries[0] === NO_PEPPER;
  const named = isWithout ? entries.slice(1) : entries;
  const all = named.length === 0 ? [] : localKeys(named, report);
  return { current: isWithout ? null : (all[0] ?? null), all };
};

const secretOf = (setting: string, report: Report): Buffer | null => {
  const entries = entriesOf(setting);
  const [entry = ''] = entries;
  const key = symmetricKeyOf(entry);
  if (entries.length !== 1 || key === null) {
    report('must be one k4.local key or 32 bytes as base64url');
    return null;
  }
  if (isWeak(key)) report('is weak');
  return key;
};

const SYMMETRIC_BYTES = 32;

/** The bytes of a `k4.local` key or of its bare base64url, or null for anything else. */
export const symmetricKeyOf = (entry: string): Buffer | null => {
  const key = fromPaserk('local', entry) ?? fromBase64url(entry);
  return key?.length === SYMMETRIC_BYTES ? key : null;
};

/** One byte repeated, or two in turn: what a person or a placeholder writes, not what a generator does. */
const isWeak = (key: Buffer): boolean => key.every((byte, index) => byte === key[index % 2]);

interface Materials {
  entries: readonly SigningEntry[];
  refreshKeys: readonly Buffer[];
  secret: Buffer | null;
  peppers: PepperRing;
}

const refuseSharedMaterial = (
  { entries, refreshKeys, secret, peppers }: Materials,
  problems: KeyProblem[],
): void => {
  const owners = new Map<string, KeySetting>();
  const claim = (setting: KeySetting, materials: readonly Buffer[]) => {
    const owner = materials
      .map((material) => owners.get(material.toString('hex')))
      .find((o) => o !== undefined);
    if (owner === setting) problems.push({ setting, problem: 'holds a key twice' });
    else if (owner !== undefined) problems.push({ setting, problem: `holds a key that is also in ${owner}` });
    for (const material of materials) owners.set(material.toString('hex'), owner ?? setting);
  };
  for (const { publicKey, seed } of entries)
    claim('PORTCULLIS_KEYS', seed === null ? [publicKey] : [publicKey, seed]);
  for (const key of refreshKeys) claim('PORTCULLIS_REFRESH_KEYS', [key]);
  if (secret !== null) claim('PORTCULLIS_SECRET', [secret]);
  for (const key of peppers.all) claim('PORTCULLIS_PASSWORD_PEPPERS', [key]);
};
