import { expect, test } from 'vitest';
import { domainOf, EmailAddressError, emailKey, localPartOf } from './email.ts';

test.each([
  ['Alice@Example.COM', 'alice@example.com'],
  ['a.l.i.c.e@example.com', 'a.l.i.c.e@example.com'],
  ['Alice+News@example.com', 'alice+news@example.com'],
  ['ALICE@XN--BCHER-KVA.EXAMPLE', 'alice@xn--bcher-kva.example'],
])('%s is found as %s', (address, key) => {
  expect(emailKey(address)).toBe(key);
  expect(emailKey(key)).toBe(key);
});

test.each([
  // U+212A is the Kelvin sign, whose lower case in Unicode is the letter k; U+0130 is the Turkish dotted I.
  ['the Kelvin sign', '\u212Aelvin@example.com'],
  ['a dotted I', 'al\u0130ce@example.com'],
  ['a letter that is not ASCII in the domain', 'alice@b\u00fccher.example'],
  ['a line end', 'alice@example.com\n'],
  ['a NUL', 'alice\u0000@example.com'],
  ['a blank', ' alice@example.com'],
  ['a second @', 'a@b@example.com'],
  ['one label', 'alice@localhost'],
  ['no @', 'alice'],
  ['no local part', '@example.com'],
  ['nothing', ''],
  ['65 characters before the @', `${'a'.repeat(65)}@example.com`],
])('an address with %s has no key, and the error does not repeat it', (_, address) => {
  let thrown: unknown;
  try {
    emailKey(address);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(EmailAddressError);
  expect((thrown as EmailAddressError).message).toBe('this is not an e-mail address');
});

test('an address is split at its last @', () => {
  expect([localPartOf('a@b@c.d'), domainOf('a@b@c.d')]).toEqual(['a@b', 'c.d']);
  expect([localPartOf('none'), domainOf('none')]).toEqual(['none', '']);
});
