import { expect, test } from 'vitest';
import { keptError, redactAddresses, redactJson } from './redact.ts';

test.each([
  'ada@example.test',
  "o'brien+tag=x@example.test",
  'a{b}|c!#$%&*/?^_`~-@xn--bcher-kva.example',
  '"a b"@example.test',
  'ünïcode@bücher.example',
])('no part of %s is left, wherever it stands', (address) => {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  for (const text of [
    address,
    `to ${address} from`,
    `<${address}>`,
    `{"to":"${address}"}`,
    `(${address}), ${address};`,
    `550 5.1.1 <${address}>: Recipient`,
  ]) {
    const clean = redactAddresses(text);
    expect(clean).toContain('[address]');
    expect(clean).not.toContain(domain);
    expect(clean).not.toMatch(/brien|\{b\}|a b"|code/);
  }
});

test('text without an address stays as it is', () => {
  for (const text of ['SmtpError: the mail server answered 451', 'a @ b', '@', 'at 5@'])
    expect(redactAddresses(text)).toBe(text);
});

test('addresses are found in values and in names, however deep', () => {
  expect(redactJson({ to: 'a@b.test', n: 1, list: [null, { 'c@d.test': true, x: 'x a@b.test' }] })).toEqual({
    to: '[address]',
    n: 1,
    list: [null, { '[address]': true, x: 'x [address]' }],
  });
});

test('what is kept of an error is bounded and has neither statement nor values', () => {
  const error = Object.assign(
    new Error(
      `INSERT INTO portcullis.verification (payload) VALUES ('{"email":"a@b.test"}')\n - duplicate key`,
    ),
    { code: '23505' },
  );
  expect(keptError(error)).toBe('Error 23505: duplicate key');
  expect(keptError(new Error('x'.repeat(5_000)))).toHaveLength(1_000);
  expect(keptError('text of a@b.test')).toBe('Error: text of [address]');
});
