import { expect, test } from 'vitest';
import { createCommonPasswords } from './common-passwords.ts';

const isCommon = createCommonPasswords(15);

test.each([
  ['as listed', 'passwordpassword'],
  ['in upper case', 'PASSWORDPASSWORD'],
  ['with digits behind', 'password12345678'],
  ['with digits before', '1990199019iloveyou'],
  ['with digits on both sides', '2026password2026'],
  ['with separators', 'P.a.s.s-w.o.r.d.!!'],
  ['with separators and digits', 'Sunshine-2026-11-24'],
  ['in another spelling of its characters', `${'password'.normalize('NFD')}-2026-2026`],
])('refuses one %s', (_, password) => {
  expect(isCommon(password)).toBe(true);
});

test.each([
  ['a passphrase', 'correct-horse-battery-staple-42'],
  ['one that begins with a listed one', 'password of the old lighthouse'],
  ['one that ends with a listed one', 'nobody guesses sunshine'],
  ['digits inside', 'pass1990word1990x'],
  ['only digits', '493817502846195'],
  ['only separators', '- - - - - - - - -'],
  ['nothing', ''],
])('accepts %s', (_, password) => {
  expect(isCommon(password)).toBe(false);
});

test('what is too short for the policy is not looked up', () => {
  expect(isCommon('password1')).toBe(false);
  expect(createCommonPasswords(8)('password1')).toBe(true);
});

test('looking up the longest passwords costs milliseconds', () => {
  const started = performance.now();
  for (const piece of ['1', 'a1', '1-', '-', '१'])
    expect(isCommon(`x${piece.repeat(2000)}x`.slice(0, 1024))).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});
