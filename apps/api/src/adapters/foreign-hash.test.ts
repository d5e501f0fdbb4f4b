import { expect, test } from 'vitest';
import { createPasswordHasher } from './argon2.ts';
import { foreignVerification } from './foreign-hash.ts';
import { systemClock } from './system.ts';

const PASSWORD = 'correct-horse-battery-staple-42';
const SALT = 'cG9ydGN1bGxpcy1zYWx0MQ';

// Made by libxcrypt and by Python's hashlib; no code of this service made them.
const MADE_ELSEWHERE = [
  '$2b$04$abcdefghijklmnopqrstuuDrSx8q46NQlocgVrMyZx8k6yoIkEcZ6',
  `$scrypt$ln=10,r=8,p=1$${SALT}$GS05KhNppqDhI082WbY/0RJsAyPMoHi/SRprJt+usyY`,
  `$pbkdf2-sha1$i=1000$${SALT}$z04oJvVlopiVIKBoyjLVIDZd+BI`,
  `$pbkdf2-sha256$i=1000$${SALT}$0gOfSUFDCCoSKi3gjGxQ4jjjHwnkT8mvWCXP6JuTvgY`,
  `$pbkdf2-sha512$i=1000$${SALT}$pghvYMDqVf4hA+/DCbebJ1aosCLUDvs5wBKJDp9FEg7lKEUJuiGJEEollOd/VfsD4a6cz1ENX+8LRYVEWbVdcg`,
  '$pbkdf2-sha256$i=1000$c2Vhc2FsdDJhWA$UtiHxleeBzlSWUeisscnFP9PRR02BVuKxbWkzKGQa14',
];

test.each(MADE_ELSEWHERE)('%s is verified by its password and no other', async (phc) => {
  const hasher = createPasswordHasher(
    { memoryKiB: 64, timeCost: 1, foreign: foreignVerification },
    systemClock,
  );
  expect(await hasher.verify(phc, PASSWORD)).toBe(true);
  for (const other of [`${PASSWORD}x`, PASSWORD.toUpperCase(), ''])
    expect(await hasher.verify(phc, other)).toBe(false);
  expect(hasher.needsRehash(phc)).toBe(true);
  // Each took its turn, and none was taken for a hash that cannot be computed.
  expect(hasher.stats()).toMatchObject({ total: 4, unusable: 0 });
});

test.each([
  ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
  ['', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
])('a published bcrypt vector: %j', async (password, phc) => {
  expect(await foreignVerification(phc)?.(password)).toBe(true);
});

test('the text as it was typed is tried, and its NFC form', async () => {
  const typed = 'Ame\u0301lie-und-ihre-Katze';
  const ofTyped = `$pbkdf2-sha256$i=1000$${SALT}$ZoIZzIlIWqjRYKRocjc5w2tsMeGWRCIgrXftpNHIAOE`;
  const ofNormal = `$pbkdf2-sha256$i=1000$${SALT}$YMd1jxb+uubQm/hkylNTKBf4n42JAo33DfclQfQHyxI`;
  for (const phc of [ofTyped, ofNormal]) expect(await foreignVerification(phc)?.(typed)).toBe(true);
  expect(await foreignVerification(ofNormal)?.(typed.normalize('NFC'))).toBe(true);
});

test.each([
  `$2b$31$${'a'.repeat(53)}`,
  `$scrypt$ln=30,r=8,p=1$${SALT}$${'A'.repeat(43)}`,
  `$pbkdf2-sha256$i=4000000000$${SALT}$${'A'.repeat(43)}`,
  `pbkdf2_sha256$1000$seasalt2aX$${'A'.repeat(43)}`,
  `$argon2id$v=19$m=64,t=1,p=1$${SALT}$${'A'.repeat(43)}`,
  '!',
])('a stored %s is not computed here', (phc) => {
  expect(foreignVerification(phc)).toBeNull();
});
