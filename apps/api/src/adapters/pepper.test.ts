import { describe, expect, test } from 'vitest';
import { createPasswordHasher } from './argon2.ts';
import type { PepperRing } from './key-ring.ts';
import { createPepperedHasher, pepperIdOf } from './pepper.ts';
import { passwordHasherContract } from './password-hasher.contract.ts';
import { systemClock } from './system.ts';

const PASSWORD = 'correct-horse-battery-staple-42';
const [first, second] = [Buffer.alloc(32, 'first'), Buffer.alloc(32, 'second')];
const argon2 = () => createPasswordHasher({ memoryKiB: 64, timeCost: 1 }, systemClock);
const hasherOf = (peppers: PepperRing, unknown?: (id: string) => void) =>
  createPepperedHasher(argon2(), peppers, unknown);
const under = (current: Buffer | null, ...others: Buffer[]): PepperRing => ({
  current,
  all: current === null ? others : [current, ...others],
});

passwordHasherContract('argon2 without a pepper', (cost) =>
  createPepperedHasher(createPasswordHasher(cost, systemClock), under(null)),
);

test('a hash names its pepper by an id that is not the key, in a form that argon2 knows', async () => {
  const phc = await hasherOf(under(first)).hash(PASSWORD);
  expect(phc).toMatch(
    /^\$argon2id\$v=19\$m=64,t=1,p=1,keyid=[A-Za-z0-9+/]{11}\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
  );
  expect(phc).toContain(`keyid=${pepperIdOf(first)}$`);
  expect(pepperIdOf(first)).not.toBe(pepperIdOf(second));
  expect(first.toString('base64')).not.toContain(pepperIdOf(first));
});

test('verifies with the pepper and in no other way', async () => {
  const phc = await hasherOf(under(first)).hash(PASSWORD);
  expect(await hasherOf(under(first)).verify(phc, PASSWORD)).toBe(true);
  expect(await hasherOf(under(first)).verify(phc, `${PASSWORD} `)).toBe(false);
  // Whoever has the database alone: neither without a pepper, nor with another one under this id.
  const bare = phc.replace(/,keyid=[^$]+/, '');
  expect(await argon2().verify(bare, PASSWORD)).toBe(false);
  expect(await hasherOf(under(first)).verify(bare, PASSWORD)).toBe(false);
  const renamed = phc.replace(pepperIdOf(first), pepperIdOf(second));
  expect(await hasherOf(under(first, second)).verify(renamed, PASSWORD)).toBe(false);
});

test('takes both spellings of one text for one password (NFC)', async () => {
  const hasher = hasherOf(under(first));
  const phc = await hasher.hash('Ame\u0301lie-und-ihre-Katze');
  expect(await hasher.verify(phc, 'Am\u00e9lie-und-ihre-Katze')).toBe(true);
});

describe('rotation', () => {
  test('an older pepper and none at all verify, and ask for a rehash under the newest', async () => {
    const old = await hasherOf(under(first)).hash(PASSWORD);
    const plain = await argon2().hash(PASSWORD);
    const rotated = hasherOf(under(second, first));
    for (const phc of [old, plain]) {
      expect(await rotated.verify(phc, PASSWORD)).toBe(true);
      expect(rotated.needsRehash(phc)).toBe(true);
    }
    expect(rotated.needsRehash(await rotated.hash(PASSWORD))).toBe(false);
  });

  test('an announced pepper verifies and is not used yet', async () => {
    const ahead = await hasherOf(under(first)).hash(PASSWORD);
    const announced = hasherOf(under(null, first));
    expect(await announced.verify(ahead, PASSWORD)).toBe(true);
    expect(await announced.hash(PASSWORD)).not.toContain('keyid');
  });

  test('other costs ask for a rehash under the same pepper, too', async () => {
    const phc = await hasherOf(under(first)).hash(PASSWORD);
    const stronger = createPepperedHasher(
      createPasswordHasher({ memoryKiB: 128, timeCost: 1 }, systemClock),
      under(first),
    );
    expect(stronger.needsRehash(phc)).toBe(true);
  });
});

test('without its pepper a hash lets nobody in, costs one hash all the same, and is reported by its id', async () => {
  const inner = argon2();
  const missing: string[] = [];
  const hasher = createPepperedHasher(inner, under(second), (id) => missing.push(id));
  const phc = await hasherOf(under(first)).hash(PASSWORD);
  expect(await hasher.verify(phc, PASSWORD)).toBe(false);
  expect(missing).toEqual([pepperIdOf(first)]);
  expect(inner.stats()).toMatchObject({ total: 1, unusable: 1 });
});
