import { expect, test } from 'vitest';
import { footerOf, parseClaims, parseFooter } from './token-claims.ts';

// Asked directly: before these are reached, the library already refuses some of what they have to refuse themselves.

const HERE = { issuer: 'https://auth.example', audience: 'https://auth.example' };
const good = {
  iss: HERE.issuer,
  aud: HERE.audience,
  sub: '0195b1a2-7c4e-7d1a-8b3c-5a6f7e8d9c0b',
  sid: 'A'.repeat(43),
  iat: '2026-03-01T10:00:00.000Z',
  nbf: '2026-03-01T10:00:00Z',
  exp: '2028-02-29T23:59:59.999Z',
};
const parse = (change: object) => parseClaims(Buffer.from(JSON.stringify({ ...good, ...change })), HERE);

test('times are read to the millisecond', () => {
  expect(parse({})).toEqual({
    accountId: good.sub,
    sessionId: good.sid,
    notBeforeMs: Date.UTC(2026, 2, 1, 10),
    expiresAtMs: Date.UTC(2028, 1, 29, 23, 59, 59, 999),
  });
});

test.each(['iat', 'nbf', 'exp'])('%s must be a moment that exists, in one spelling', (name) => {
  for (const time of [
    // The first four are moments to Date.parse, which goes on counting into the next month or day.
    '2027-02-29T10:01:00Z',
    '2027-02-30T10:01:00.000Z',
    '2026-04-31T10:01:00Z',
    '2026-03-01T24:00:00Z',
    '2026-13-01T10:01:00Z',
    '2026-03-01T10:60:00Z',
    '2026-12-31T23:59:60Z',
    '2026-03-01T10:01:00.5Z',
    '2026-03-01T10:01:00.123456Z',
    '+012026-03-01T10:01:00Z',
    ' 2026-03-01T10:01:00Z',
    '2026-03-01T10:01:00Z\n',
    '',
  ])
    expect([time, parse({ [name]: time })]).toEqual([time, null]);
});

test('a footer names one key id and is spelt as this service spells it', () => {
  expect(parseFooter(footerOf('k4.pid.abc'))).toBe('k4.pid.abc');
  for (const other of ['', '{}', '{"kid":1}', '{"kid":"a","kid":"a"}', '{"kid":"a"} ', '"kid"', 'null'])
    expect([other, parseFooter(Buffer.from(other))]).toEqual([other, null]);
});
