import { describe, expect, test } from 'vitest';
import { readStoredHash } from './stored-hash.ts';

const SALT = 'cG9ydGN1bGxpcy1zYWx0MQ';
const HASH = '0gOfSUFDCCoSKi3gjGxQ4jjjHwnkT8mvWCXP6JuTvgY';
const BCRYPT = 'abcdefghijklmnopqrstuuDrSx8q46NQlocgVrMyZx8k6yoIkEcZ6';

const phcOf = (text: string) => {
  const read = readStoredHash(text);
  return typeof read === 'string' ? read : read.phc;
};

describe('is brought into one form', () => {
  test.each([
    [`$2a$10$${BCRYPT}`, `$2a$10$${BCRYPT}`],
    [`$2y$10$${BCRYPT}`, `$2b$10$${BCRYPT}`],
    [`$scrypt$ln=14,r=8,p=1$${SALT}==$${HASH}=`, `$scrypt$ln=14,r=8,p=1$${SALT}$${HASH}`],
    [
      `$pbkdf2-sha256$29000$${SALT}$0gOf.UFD${HASH.slice(8)}`,
      `$pbkdf2-sha256$i=29000$${SALT}$0gOf+UFD${HASH.slice(8)}`,
    ],
    [`$pbkdf2-sha512$i=210000,l=64$${SALT}$${HASH}`, `$pbkdf2-sha512$i=210000$${SALT}$${HASH}`],
    [`$pbkdf2$1000$${SALT}$${HASH.slice(0, 27)}`, `$pbkdf2-sha1$i=1000$${SALT}$${HASH.slice(0, 27)}`],
    [`pbkdf2_sha256$600000$seasalt2aX$${HASH}=`, `$pbkdf2-sha256$i=600000$c2Vhc2FsdDJhWA$${HASH}`],
    [`$argon2id$v=19$m=65536,t=3,p=4$${SALT}$${HASH}`, `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$${HASH}`],
    [`$argon2i$v=19$m=65536,t=3,p=4$${SALT}$${HASH}`, `$argon2i$v=19$m=65536,t=3,p=4$${SALT}$${HASH}`],
  ])('%s', (text, phc) => {
    expect(phcOf(text)).toBe(phc);
    expect(phcOf(phc)).toBe(phc);
  });
});

describe('is refused', () => {
  test.each([
    ['hash_too_costly', `$2b$15$${BCRYPT}`],
    ['hash_too_costly', `$2b$31$${BCRYPT}`],
    ['hash_too_cheap', `$2b$03$${BCRYPT}`],
    ['hash_malformed', `$2b$10$${BCRYPT.slice(1)}`],
    ['hash_malformed', `$2x$10$${BCRYPT}`],
    ['hash_too_costly', `$scrypt$ln=22,r=8,p=1$${SALT}$${HASH}`],
    ['hash_too_costly', `$scrypt$ln=99,r=8,p=1$${SALT}$${HASH}`],
    ['hash_too_costly', `$scrypt$ln=14,r=8,p=64$${SALT}$${HASH}`],
    ['hash_too_cheap', `$scrypt$ln=4,r=1,p=1$${SALT}$${HASH}`],
    ['hash_malformed', `$scrypt$ln=14,r=0,p=1$${SALT}$${HASH}`],
    ['hash_too_costly', `$pbkdf2-sha256$i=2000001$${SALT}$${HASH}`],
    ['hash_too_costly', `pbkdf2_sha256$4294967295$seasalt$${HASH}=`],
    ['hash_too_cheap', `$pbkdf2-sha256$1$${SALT}$${HASH}`],
    ['hash_malformed', `$pbkdf2-md5$600000$${SALT}$${HASH}`],
    ['hash_too_costly', `$argon2id$v=19$m=4294967295,t=1,p=1$${SALT}$${HASH}`],
    ['hash_too_costly', `$argon2i$v=19$m=65536,t=1000000,p=1$${SALT}$${HASH}`],
    ['hash_too_costly', `$argon2id$v=19$m=262144,t=16,p=1$${SALT}$${HASH}`],
    ['hash_malformed', `$argon2d$v=19$m=65536,t=3,p=4$${SALT}$${HASH}`],
    ['hash_malformed', `$argon2id$v=16$m=65536,t=3,p=4$${SALT}$${HASH}`],
    ['hash_malformed', `$argon2id$v=19$m=65536,t=3,p=4,keyid=AAAAAAAAAAA$${SALT}$${HASH}`],
    ['hash_malformed', `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$`],
    ['hash_unknown', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['hash_unknown', '{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3'],
    ['hash_unknown', '$6$rounds=5000$saltsalt$hash'],
    ['hash_unknown', ''],
    ['hash_unknown', '!'],
    ['hash_malformed', `$2b$10$${'a'.repeat(10_000)}`],
  ])('%s: %s', (refusal, text) => {
    expect(readStoredHash(text)).toBe(refusal);
  });
});
