import { describe, expect, test } from 'vitest';
import { canonicalAddress, clientAddress, trustedBy } from './client-address.ts';

describe('one spelling for each address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
  ])('%s is %s', (text, canonical) => expect(canonicalAddress(text)).toBe(canonical));

  test.each([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.256',
    '0300.0.2.1',
    '192.0.2.1:80',
    '2001:db8::1::',
    'unknown',
    '<script>',
  ])('%j is none', (text) => expect(canonicalAddress(text)).toBeNull());
});

describe('the client behind proxies', () => {
  const isTrusted = trustedBy(['10.0.0.0/8', '2001:db8:ffff::/48', '192.0.2.9']);

  test.each([
    ['a peer that is no proxy of ours', '198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['one proxy', '10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['a chain of them', '10.0.0.1', '203.0.113.1, 10.1.1.1, 192.0.2.9', '203.0.113.1'],
    ['what the client itself wrote', '10.0.0.1', '1.2.3.4, 203.0.113.1', '203.0.113.1'],
    ['a proxy in the notation of IPv6', '::ffff:10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['IPv6 through and through', '2001:db8:ffff::1', '2001:DB8:0::5', '2001:db8::5'],
    ['a proxy that tells nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['a malformed hop', '10.0.0.1', '203.0.113.1, nonsense', '10.0.0.1'],
    ['proxies only', '10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
    ['a peer that is not known', undefined, '203.0.113.1', null],
  ])('%s', (_what, peer, header, client) => expect(clientAddress(peer, header, isTrusted)).toBe(client));

  test('a header without end is read from its end', () => {
    const header = `203.0.113.1, ${Array(100).fill('10.0.0.2').join(', ')}`;
    expect(clientAddress('10.0.0.1', header, isTrusted)).toBe('10.0.0.2');
  });
});
