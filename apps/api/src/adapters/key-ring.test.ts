import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { KeyRingError, type KeySettings, parseKeyRing } from './key-ring.ts';
import { keyIdOf, publicHalfOf, secretKeyOfSeed, toPaserk } from './paserk.ts';

const signing = () => secretKeyOfSeed(randomBytes(32));
const secretOf = (key: Buffer) => toPaserk('secret', key);
const publicOf = (key: Buffer) => toPaserk('public', publicHalfOf(key));
const local = () => toPaserk('local', randomBytes(32));

const [newest, older, retired] = [signing(), signing(), signing()];
const good: KeySettings = {
  PORTCULLIS_KEYS: `${secretOf(newest)}, ${secretOf(older)}\n${publicOf(retired)}`,
  PORTCULLIS_REFRESH_KEYS: `${local()} ${local()}`,
  PORTCULLIS_SECRET: randomBytes(32).toString('base64url'),
};

const problemsOf = (change: Partial<KeySettings>): string => {
  try {
    parseKeyRing({ ...good, ...change });
  } catch (error) {
    if (error instanceof KeyRingError) return error.message;
    throw error;
  }
  return 'none';
};

test('the newest key signs, all verify, and only public halves are published', () => {
  const ring = parseKeyRing(good);
  const kids = [newest, older, retired].map((key) => keyIdOf(publicHalfOf(key)));
  expect(ring.signing.kid).toBe(kids[0]);
  expect([...ring.verification.keys()]).toEqual(kids);
  expect(ring.publicKeys()).toEqual(
    [newest, older, retired].map((key, i) => ({ kid: kids[i], paserk: publicOf(key) })),
  );
  expect(ring.refreshKeys).toHaveLength(2);
  expect(ring.secret).toHaveLength(32);
});

test('the version changes with any key', () => {
  const { version } = parseKeyRing(good);
  expect(parseKeyRing(good).version).toBe(version);
  expect(parseKeyRing({ ...good, PORTCULLIS_KEYS: secretOf(newest) }).version).not.toBe(version);
});

test('the secret may also be a k4.local key', () => {
  expect(problemsOf({ PORTCULLIS_SECRET: local() })).toBe('none');
});

test('a refresh key may also be bare base64url, and is then the same key', () => {
  const bytes = randomBytes(32);
  const bare = parseKeyRing({
    ...good,
    PORTCULLIS_REFRESH_KEYS: `${bytes.toString('base64url')}, ${local()}`,
  });
  expect(bare.refreshKeys[0]?.equals(bytes)).toBe(true);
  expect(bare.refreshKeys).toHaveLength(2);
  const twice = `${bytes.toString('base64url')} ${toPaserk('local', bytes)}`;
  expect(problemsOf({ PORTCULLIS_REFRESH_KEYS: twice })).toBe('PORTCULLIS_REFRESH_KEYS: holds a key twice');
});

const seed = Buffer.from(newest.subarray(0, 32));
const shared = randomBytes(32);

test.each<[string, Partial<KeySettings>, RegExp]>([
  ['no signing key', { PORTCULLIS_KEYS: ' , ' }, /^PORTCULLIS_KEYS: holds no key$/],
  ['no refresh key', { PORTCULLIS_REFRESH_KEYS: '' }, /^PORTCULLIS_REFRESH_KEYS: holds no key$/],
  ['no secret', { PORTCULLIS_SECRET: '' }, /^PORTCULLIS_SECRET: must be/],
  ['two secrets', { PORTCULLIS_SECRET: `${local()} ${local()}` }, /^PORTCULLIS_SECRET: must be/],
  [
    'a short secret',
    { PORTCULLIS_SECRET: randomBytes(31).toString('base64url') },
    /^PORTCULLIS_SECRET: must/,
  ],
  ['a padded secret', { PORTCULLIS_SECRET: randomBytes(32).toString('base64') }, /^PORTCULLIS_SECRET: must/],
  ['a newest key that cannot sign', { PORTCULLIS_KEYS: publicOf(retired) }, /newest key signs/],
  ['an unreadable key', { PORTCULLIS_KEYS: `${secretOf(newest)} k4.secret.AAAA` }, /key 2 of 2 is neither/],
  [
    'a signing key to refresh with',
    { PORTCULLIS_REFRESH_KEYS: secretOf(older) },
    /REFRESH_KEYS: key 1 of 1 is neither/,
  ],
  [
    'a short refresh key',
    { PORTCULLIS_REFRESH_KEYS: randomBytes(31).toString('base64url') },
    /REFRESH_KEYS: key 1 of 1 is neither/,
  ],
  [
    'a padded refresh key',
    { PORTCULLIS_REFRESH_KEYS: `${local()} ${randomBytes(32).toString('base64')}` },
    /REFRESH_KEYS: key 2 of 2 is neither/,
  ],
  ['a key given twice', { PORTCULLIS_KEYS: `${secretOf(newest)} ${secretOf(newest)}` }, /holds a key twice$/],
  [
    'a key and its public half',
    { PORTCULLIS_KEYS: `${secretOf(newest)} ${publicOf(newest)}` },
    /KEYS: holds a key twice/,
  ],
  [
    'a refresh key given twice',
    { PORTCULLIS_REFRESH_KEYS: `${toPaserk('local', shared)} ${toPaserk('local', shared)}` },
    /^PORTCULLIS_REFRESH_KEYS: holds a key twice$/,
  ],
  [
    'the seed of a signing key to refresh with',
    { PORTCULLIS_REFRESH_KEYS: toPaserk('local', seed) },
    /REFRESH_KEYS: holds a key that is also in PORTCULLIS_KEYS/,
  ],
  [
    'a refresh key as the secret',
    { PORTCULLIS_REFRESH_KEYS: toPaserk('local', shared), PORTCULLIS_SECRET: shared.toString('base64url') },
    /SECRET: holds a key that is also in PORTCULLIS_REFRESH_KEYS/,
  ],
  ['a zero seed', { PORTCULLIS_KEYS: secretOf(secretKeyOfSeed(Buffer.alloc(32))) }, /key 1 of 1 is weak/],
  ['a repeated byte', { PORTCULLIS_REFRESH_KEYS: toPaserk('local', Buffer.alloc(32, 7)) }, /is weak/],
  ['a weak secret', { PORTCULLIS_SECRET: Buffer.alloc(32, 'ab').toString('base64url') }, /SECRET: is weak/],
  [
    'a weak public key',
    { PORTCULLIS_KEYS: `${secretOf(newest)} ${toPaserk('public', Buffer.alloc(32))}` },
    /2 is weak/,
  ],
])('refuses %s and shows no key', (_, change, expected) => {
  const message = problemsOf(change);
  expect(message).toMatch(expected);
  for (const value of Object.values({ ...good, ...change })) {
    for (const entry of value.split(/[\s,]+/).filter((text) => text.length > 3))
      expect(message).not.toContain(entry);
  }
});

test('names every problem at once', () => {
  const message = problemsOf({ PORTCULLIS_KEYS: 'x', PORTCULLIS_REFRESH_KEYS: 'x', PORTCULLIS_SECRET: 'x' });
  expect(message.split('; ').map((problem) => problem.split(':')[0])).toEqual(Object.keys(good));
});

test('peppers are optional, newest first, and of their own', () => {
  const [one, two] = [local(), local()];
  expect(parseKeyRing(good).peppers).toEqual({ current: null, all: [] });
  const { peppers } = parseKeyRing({ ...good, PORTCULLIS_PASSWORD_PEPPERS: `${one}, ${two}` });
  expect(peppers.all).toHaveLength(2);
  expect(peppers.current).toEqual(peppers.all[0]);
  const announced = parseKeyRing({ ...good, PORTCULLIS_PASSWORD_PEPPERS: `none ${one}` }).peppers;
  expect(announced).toEqual({ current: null, all: [peppers.all[0]] });
  const problem = (peppers: string) => problemsOf({ PORTCULLIS_PASSWORD_PEPPERS: peppers });
  expect(problem(`${one} ${one}`)).toBe('PORTCULLIS_PASSWORD_PEPPERS: holds a key twice');
  expect(problem(good.PORTCULLIS_SECRET)).toBe(
    'PORTCULLIS_PASSWORD_PEPPERS: holds a key that is also in PORTCULLIS_SECRET',
  );
  expect(problem(`${one} none`)).toContain('key 2 of 2 is neither');
  expect(problem('hunter2')).not.toContain('hunter2');
  expect(problem(Buffer.alloc(32).toString('base64url'))).toContain('is weak');
});
