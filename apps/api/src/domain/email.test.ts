import { expect, test } from 'vitest';
import { domainOf, emailKey, localPartOf } from './email.ts';

test.each([
  ['Alice@Example.COM', 'alice@example.com'],
  ['a.l.i.c.e@example.com', 'a.l.i.c.e@example.com'],
  ['Alice+News@example.com', 'alice+news@example.com'],
  ['ALICE@XN--BCHER-KVA.EXAMPLE', 'alice@xn--bcher-kva.example'],
])('%s is found as %s', (address, key) => {
  expect(emailKey(address)).toBe(key);
  expect(emailKey(key)).toBe(key);
});

test('only ASCII letters change: another letter never becomes one of them', () => {
  // U+212A is the Kelvin sign, whose lower case in Unicode is the letter k; U+0130 is the Turkish dotted I.
  expect(emailKey('\u212Aelvin\u0130@example.com')).toBe('\u212Aelvin\u0130@example.com');
});

test('an address is split at its last @', () => {
  expect([localPartOf('a@b@c.d'), domainOf('a@b@c.d')]).toEqual(['a@b', 'c.d']);
  expect([localPartOf('none'), domainOf('none')]).toEqual(['none', '']);
});
