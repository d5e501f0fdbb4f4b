import { describe, expect, test } from 'vitest';
import type { PasswordHasher } from '../ports.ts';

export interface HasherCost {
  memoryKiB: number;
  timeCost: number;
  parallelism: number;
}

const CHEAP: HasherCost = { memoryKiB: 64, timeCost: 1, parallelism: 1 };
const PASSWORD = 'correct-horse-battery-staple-42';

// Of this password, on which the argon2id of OpenSSL and of @noble/hashes agree; no adapter of this service made them.
const FOREIGN = [
  '$argon2id$v=19$m=64,t=1,p=1$cG9ydGN1bGxpcy1zYWx0MQ$qmEcufGlM1qohMBkXhtpk7QPnDVQ+6VHYmabK5VPKzY',
  '$argon2id$v=19$m=256,t=3,p=2$cG9ydGN1bGxpcy1zYWx0Mg$D6BTW8FLrX0eaRAMYdIUfKUna8n8mo2tAEfK3dQx7gw',
];

const TAIL = `$${'A'.repeat(22)}$${'A'.repeat(43)}`;
const UNUSABLE: [string, string][] = [
  ['4 TiB', `$argon2id$v=19$m=4294967295,t=2,p=1${TAIL}`],
  ['more than a GiB', `$argon2id$v=19$m=1048577,t=1,p=1${TAIL}`],
  ['a million passes', `$argon2id$v=19$m=64,t=1000000,p=1${TAIL}`],
  ['21 passes', `$argon2id$v=19$m=64,t=21,p=1${TAIL}`],
  ['a million lanes', `$argon2id$v=19$m=64,t=1,p=1000000${TAIL}`],
  ['no memory', `$argon2id$v=19$m=0,t=1,p=1${TAIL}`],
  ['another version', `$argon2id$v=16$m=64,t=1,p=1${TAIL}`],
  ['another kind', `$argon2i$v=19$m=64,t=1,p=1${TAIL}`],
  ['no salt', `$argon2id$v=19$m=64,t=1,p=1$$${'A'.repeat(43)}`],
  ['no hash', `$argon2id$v=19$m=64,t=1,p=1$${'A'.repeat(22)}$`],
  ['nothing', ''],
  ['an account without a password', '!'],
  ['another scheme', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
];

/**
 * What every argon2id adapter of the port keeps, whichever library it stands on, so that one may take the place of
 * another over the same stored hashes.
 */
export const passwordHasherContract = (name: string, create: (cost: HasherCost) => PasswordHasher): void => {
  const hasherOf = (change: Partial<HasherCost> = {}) => create({ ...CHEAP, ...change });

  describe(`${name} as a password hasher`, () => {
    test('writes argon2id 1.3 with its cost, in the order of the reference implementation', async () => {
      const phc = await hasherOf({ memoryKiB: 128, timeCost: 2 }).hash(PASSWORD);
      expect(phc).toMatch(/^\$argon2id\$v=19\$m=128,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    });

    test('verifies its password and no other, and salts', async () => {
      const hasher = hasherOf();
      const [one, two] = await Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
      expect(one).not.toBe(two);
      expect(await hasher.verify(one, PASSWORD)).toBe(true);
      for (const other of [`${PASSWORD} `, PASSWORD.toUpperCase(), '', `${PASSWORD}\u0000`])
        expect(await hasher.verify(one, other)).toBe(false);
    });

    test.each(FOREIGN)('verifies %s, which another implementation made', async (phc) => {
      const hasher = hasherOf();
      expect(await hasher.verify(phc, PASSWORD)).toBe(true);
      expect(await hasher.verify(phc, `${PASSWORD}x`)).toBe(false);
    });

    test('takes both spellings of one text for one password (NFC)', async () => {
      const hasher = hasherOf();
      const spellings = ['Ame\u0301lie-und-ihre-Katze', 'Am\u00e9lie-und-ihre-Katze'];
      for (const phc of await Promise.all(spellings.map((spelling) => hasher.hash(spelling)))) {
        for (const spelling of spellings) expect(await hasher.verify(phc, spelling)).toBe(true);
        expect(await hasher.verify(phc, 'Amelie-und-ihre-Katze')).toBe(false);
      }
    });

    test('lets the whole of a long password count', async () => {
      const hasher = hasherOf();
      const phc = await hasher.hash('🔑'.repeat(1024));
      expect(await hasher.verify(phc, '🔑'.repeat(1024))).toBe(true);
      expect(await hasher.verify(phc, '🔑'.repeat(1023))).toBe(false);
    });

    test('never verifies against nothing', async () => {
      const hasher = hasherOf();
      for (const password of [PASSWORD, '', 'nothing'])
        expect(await hasher.verifyNothing(password)).toBe(false);
    });

    test('asks for a rehash of other costs and of what is no hash, not of its own', async () => {
      const hasher = hasherOf();
      const phc = await hasher.hash(PASSWORD);
      expect(hasher.needsRehash(phc)).toBe(false);
      for (const change of [{ memoryKiB: 128 }, { timeCost: 2 }, { parallelism: 2 }])
        expect(hasherOf(change).needsRehash(phc)).toBe(true);
      for (const none of ['', '!', phc.replace('argon2id', 'argon2i'), phc.replace('v=19', 'v=16')])
        expect(hasher.needsRehash(none)).toBe(true);
    });

    test('still verifies hashes of other costs', async () => {
      const phc = await hasherOf({ memoryKiB: 32, timeCost: 2 }).hash(PASSWORD);
      expect(await hasherOf().verify(phc, PASSWORD)).toBe(true);
    });

    test.each(UNUSABLE)('lets nobody in by a stored hash of %s, and does not throw', async (_, phc) => {
      expect(await hasherOf().verify(phc, PASSWORD)).toBe(false);
    });
  });
};
