import { expect, test } from 'vitest';
import { createCommonPasswords } from './common-passwords.ts';

const isCommon = createCommonPasswords(15);

test.each(['iloveyouforever', 'ILoveYouForever', 'passwordpassword'])(
  '%s is on the list',
  (password) => {
    expect(isCommon(password)).toBe(true);
  },
);

test.each(['correct-horse-battery-staple-42', 'iloveyouforever!', ' iloveyouforever', ''])(
  '%j is not',
  (password) => {
    expect(isCommon(password)).toBe(false);
  },
);

test('holds at least the 3,000 commonest that the length lets through (ASVS 6.2.4)', () => {
  expect(isCommon.size).toBeGreaterThan(3000);
});

test('a lower length keeps more of the list', () => {
  const shorter = createCommonPasswords(8);
  expect(shorter('password1')).toBe(true);
  expect(isCommon('password1')).toBe(false);
});

test('a length that leaves nothing is an error, not a list that accepts everything', () => {
  expect(() => createCommonPasswords(1000)).toThrow();
});
