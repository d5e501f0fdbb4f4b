/**
 * Password hashes that other systems made, read from their usual texts and brought into one form for each scheme. The
 * bounds are part of reading: a cost that could take the machine down is refused, when it is imported and when it is met.
 */
export type ForeignHash =
  | { scheme: 'bcrypt'; phc: string }
  | { scheme: 'argon2i'; phc: string }
  | { scheme: 'scrypt'; phc: string; logN: number; r: number; p: number; salt: string; hash: string }
  | { scheme: 'pbkdf2'; phc: string; digest: Digest; iterations: number; salt: string; hash: string };

type Digest = 'sha1' | 'sha256' | 'sha512';

/** `phc` is our own form: what is stored. */
export type StoredHash = ForeignHash | { scheme: 'argon2id'; phc: string };

export type HashRefusal = 'hash_unknown' | 'hash_malformed' | 'hash_too_cheap' | 'hash_too_costly';

// About a second of one core at most, and the memory that argon2 may take here.
const BCRYPT_COST = { least: 4, most: 14 };
const PBKDF2_ITERATIONS = { least: 1_000, most: 2_000_000 };
const SCRYPT_BLOCKS = { least: 2 ** 10, most: 2 ** 22 };
const SCRYPT_MOST_BYTES = 256 * 1024 * 1024;
const ARGON2_MOST = { memoryKiB: 262_144, passes: 16, lanes: 16, work: 64 * 19_456 * 2 };

/** Reads the text of a stored hash. Salt and hash are unpadded standard base64. */
export const readStoredHash = (text: string): StoredHash | HashRefusal => {
  if (text.length > 512) return 'hash_malformed';
  const reader = READERS.find(([begins]) => begins.test(text));
  return reader === undefined ? 'hash_unknown' : reader[1](text);
};

type Reader = (text: string) => StoredHash | HashRefusal;

const refusedBy = (value: number, { least, most }: { least: number; most: number }): HashRefusal | null =>
  value < least ? 'hash_too_cheap' : value > most ? 'hash_too_costly' : null;

/** `$2y$` is PHP's name for what everybody else calls `$2b$`. */
const readBcrypt: Reader = (text) => {
  const [, minor = '', cost = '', rest = ''] = /^\$2([aby])\$(\d\d)\$([./A-Za-z0-9]{53})$/.exec(text) ?? [];
  if (rest === '') return 'hash_malformed';
  const phc = `$2${minor === 'y' ? 'b' : minor}$${cost}$${rest}`;
  return refusedBy(Number(cost), BCRYPT_COST) ?? { scheme: 'bcrypt', phc };
};

const ARGON2 =
  /^\$(argon2id?)\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** argon2d gives its timing away to other programs of the machine and is not taken; nor is version 1.0. */
const readArgon2: Reader = (text) => {
  const [, scheme, m, t, p, salt = ''] = ARGON2.exec(text) ?? [];
  if (scheme !== 'argon2i' && scheme !== 'argon2id') return 'hash_malformed';
  // Our own adapter reads salts of 16 bytes and more.
  if (scheme === 'argon2id' && salt.length < 22) return 'hash_malformed';
  const [memoryKiB, passes, lanes] = [Number(m), Number(t), Number(p)];
  if (lanes < 1 || passes < 1 || memoryKiB < 8 * lanes) return 'hash_malformed';
  const isTooCostly =
    memoryKiB > ARGON2_MOST.memoryKiB ||
    passes > ARGON2_MOST.passes ||
    lanes > ARGON2_MOST.lanes ||
    memoryKiB * passes > ARGON2_MOST.work;
  return isTooCostly ? 'hash_too_costly' : { scheme, phc: text };
};

/** The PHC form of passlib and others: `ln` is the logarithm of N. */
const readScrypt: Reader = (text) => {
  const [, ln, r1, p1, salt, hash] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{11,86}={0,2})\$([A-Za-z0-9+/]{22,86}={0,2})$/.exec(
      text,
    ) ?? [];
  if (salt === undefined || hash === undefined) return 'hash_malformed';
  const [logN, r, p] = [Number(ln), Number(r1), Number(p1)];
  if (logN < 1 || r < 1 || p < 1) return 'hash_malformed';
  if (128 * 2 ** logN * r > SCRYPT_MOST_BYTES) return 'hash_too_costly';
  const refusal = refusedBy(2 ** logN * r * p, SCRYPT_BLOCKS);
  if (refusal !== null) return refusal;
  const kept = { salt: unpadded(salt), hash: unpadded(hash) };
  return {
    scheme: 'scrypt',
    phc: `$scrypt$ln=${logN},r=${r},p=${p}$${kept.salt}$${kept.hash}`,
    ...{ logN, r, p },
    ...kept,
  };
};

/** PHC (`$pbkdf2-sha256$i=600000$…`), passlib (`$pbkdf2-sha256$600000$…`, whose base64 has a dot for the plus). */
const readPbkdf2: Reader = (text) => {
  const [, digest, iterations, salt, hash] =
    /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,10})(?:,l=\d{1,3})?\$([A-Za-z0-9+/.]{2,86}={0,2})\$([A-Za-z0-9+/.]{22,86}={0,2})$/.exec(
      text,
    ) ?? [];
  if (iterations === undefined || salt === undefined || hash === undefined) return 'hash_malformed';
  const plus = (base64: string) => unpadded(base64.replaceAll('.', '+'));
  return pbkdf2((digest ?? 'sha1') as Digest, Number(iterations), plus(salt), plus(hash));
};

/** Django's: the salt is a text, not bytes. */
const readDjango: Reader = (text) => {
  const [, digest, iterations, salt, hash] =
    /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,10})\$([\w!-#%-/:-@-]{1,64})\$([A-Za-z0-9+/]{22,86}={0,2})$/.exec(
      text,
    ) ?? [];
  if (salt === undefined || hash === undefined) return 'hash_malformed';
  return pbkdf2(digest as Digest, Number(iterations), unpadded(btoa(salt)), unpadded(hash));
};

const pbkdf2 = (digest: Digest, iterations: number, salt: string, hash: string): StoredHash | HashRefusal =>
  refusedBy(iterations, PBKDF2_ITERATIONS) ?? {
    scheme: 'pbkdf2',
    phc: `$pbkdf2-${digest}$i=${iterations}$${salt}$${hash}`,
    ...{ digest, iterations, salt, hash },
  };

const unpadded = (base64: string): string => base64.replace(/=+$/, '');

const READERS: readonly [RegExp, Reader][] = [
  [/^\$2/, readBcrypt],
  [/^\$argon2/, readArgon2],
  [/^\$scrypt\$/, readScrypt],
  [/^\$pbkdf2/, readPbkdf2],
  [/^pbkdf2_/, readDjango],
];
