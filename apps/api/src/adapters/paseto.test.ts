import { randomBytes, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TokenPurpose } from '../ports.ts';
import { type KeyRing, parseKeyRing } from './key-ring.ts';
import { privateKeyObject, publicHalfOf, secretKeyOfSeed, toPaserk } from './paserk.ts';
import { createTokens } from './paseto.ts';

const HERE = { issuer: 'https://auth.example', audience: 'https://auth.example' };
const NOW = new Date('2026-03-01T10:00:00.500Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

const key = () => secretKeyOfSeed(randomBytes(32));
const ringOf = (...keys: string[]): KeyRing =>
  parseKeyRing({
    PORTCULLIS_KEYS: keys.join(' '),
    PORTCULLIS_REFRESH_KEYS: toPaserk('local', randomBytes(32)),
    PORTCULLIS_SECRET: randomBytes(32).toString('base64url'),
  });

const ours = key();
const ring = ringOf(toPaserk('secret', ours));
const subject = {
  accountId: '0195b1a2-7c4e-7d1a-8b3c-5a6f7e8d9c0b',
  sessionId: randomBytes(32).toString('base64url'),
  purpose: 'cookie' as TokenPurpose,
};
const times = { now: NOW, expiresAt: later(60_000) };
/** Fresh every time, so that nothing is remembered. */
const verify = (
  token: string,
  purpose: TokenPurpose = 'cookie',
  now = NOW,
  with_: KeyRing = ring,
  parties = HERE,
) => createTokens({ ring: with_, ...parties }).verify(token, purpose, now);
const issue = (change: Partial<typeof subject> = {}, with_: KeyRing = ring, parties = HERE) =>
  createTokens({ ring: with_, ...parties }).issue({ ...subject, ...change }, times);

const refused = (rejection: string) => ({ ok: false, rejection });
const token = await issue();

/** An implementation of its own, which signs anything. */
const forge = (message: string | Buffer, footer = JSON.stringify({ kid: ring.signing.kid }), by = ours) => {
  const assertion = `portcullis:v1:${HERE.issuer}:cookie`;
  const pieces = ['v4.public.', message, footer, assertion].map((piece) => Buffer.from(piece as string));
  const count = (n: number) => {
    const eight = Buffer.alloc(8);
    eight.writeUInt32LE(n);
    return eight;
  };
  const encoded = Buffer.concat([count(4), ...pieces.flatMap((piece) => [count(piece.length), piece])]);
  const signature = sign(null, encoded, privateKeyObject(by.subarray(0, 32)));
  const body = Buffer.concat([Buffer.from(message as string), signature]).toString('base64url');
  return `v4.public.${body}${footer === '' ? '' : `.${Buffer.from(footer).toString('base64url')}`}`;
};
const good = {
  iss: HERE.issuer,
  aud: HERE.audience,
  sub: subject.accountId,
  sid: subject.sessionId,
  iat: NOW.toISOString(),
  nbf: NOW.toISOString(),
  exp: times.expiresAt.toISOString(),
};

describe('a token of this service', () => {
  test('verifies as what it was issued for', async () => {
    expect(await verify(token)).toEqual({ ok: true, subject });
    const bearer = await issue({ purpose: 'bearer' });
    expect(await verify(bearer, 'bearer')).toEqual({ ok: true, subject: { ...subject, purpose: 'bearer' } });
  });

  test('is what an implementation of its own makes of the same claims', () => {
    expect(forge(JSON.stringify(good))).toBe(token);
  });

  test('says nothing personal and nothing twice', () => {
    const body = Buffer.from(token.split('.')[2] ?? '', 'base64url');
    expect(Object.keys(JSON.parse(body.subarray(0, -64).toString()))).toEqual(Object.keys(good));
  });

  test.each([
    ['the other purpose', () => verify(token, 'bearer'), 'signature'],
    [
      'another issuer',
      () => verify(token, 'cookie', NOW, ring, { ...HERE, issuer: 'https://other' }),
      'signature',
    ],
    [
      'another audience',
      () => verify(token, 'cookie', NOW, ring, { ...HERE, audience: 'https://other' }),
      'claims',
    ],
    ['an unknown key', () => verify(token, 'cookie', NOW, ringOf(toPaserk('secret', key()))), 'signature'],
  ])('is refused for %s', async (_, attempt, rejection) => {
    expect(await attempt()).toEqual(refused(rejection));
  });
});

describe('time', () => {
  test.each([
    [-5001, 'not_yet_valid'],
    [60_000, 'expired'],
    [61_000, 'expired'],
  ])('%d ms after it was issued it is refused', async (ms, rejection) => {
    expect(await verify(token, 'cookie', later(ms))).toEqual(refused(rejection));
  });

  test.each([-5000, 0, 59_999])('%d ms after it was issued it verifies', async (ms) => {
    expect(await verify(token, 'cookie', later(ms))).toMatchObject({ ok: true });
  });

  test('is judged on every call, also when the signature is remembered', async () => {
    const tokens = createTokens({ ring, ...HERE });
    expect(await tokens.verify(token, 'cookie', NOW)).toMatchObject({ ok: true });
    expect(await tokens.verify(token, 'cookie', later(60_000))).toEqual(refused('expired'));
    expect(await tokens.verify(token, 'cookie', later(-5001))).toEqual(refused('not_yet_valid'));
    expect(await tokens.verify(token, 'cookie', later(1))).toMatchObject({ ok: true });
  });

  test('never ends after it was said to', async () => {
    for (const ms of [1, 499, 500, 999, 1001]) {
      const made = await createTokens({ ring, ...HERE }).issue(subject, { now: NOW, expiresAt: later(ms) });
      expect(await verify(made, 'cookie', later(ms - 1))).toMatchObject({ ok: true });
      expect(await verify(made, 'cookie', later(ms))).toEqual(refused('expired'));
    }
  });
});

describe('what is remembered', () => {
  const counting = () => {
    let asked = 0;
    const verification = new Map(ring.verification);
    const get = verification.get.bind(verification);
    verification.get = (kid) => {
      asked += 1;
      return get(kid);
    };
    return { tokens: createTokens({ ring: { ...ring, verification }, ...HERE }), asked: () => asked };
  };

  test('a signature that held is not checked twice', async () => {
    const { tokens, asked } = counting();
    for (let i = 0; i < 5; i += 1)
      expect(await tokens.verify(token, 'cookie', NOW)).toMatchObject({ ok: true });
    expect(asked()).toBe(1);
  });

  test('says nothing about the other purpose, nor about a token that was refused', async () => {
    const { tokens, asked } = counting();
    await tokens.verify(token, 'cookie', NOW);
    expect(await tokens.verify(token, 'bearer', NOW)).toEqual(refused('signature'));
    expect(await tokens.verify(token, 'bearer', NOW)).toEqual(refused('signature'));
    expect(asked()).toBe(3);
  });
});

describe('rotation', () => {
  const next = key();
  const rotated = ringOf(toPaserk('secret', next), toPaserk('secret', ours));

  test('the new key signs and the old one still verifies', async () => {
    expect(await verify(token, 'cookie', NOW, rotated)).toMatchObject({ ok: true });
    const made = await issue({}, rotated);
    expect(await verify(made, 'cookie', NOW, rotated)).toMatchObject({ ok: true });
    expect(await verify(made)).toEqual(refused('signature'));
  });

  test('a key kept as its public half verifies; a retired one does not', async () => {
    const kept = ringOf(toPaserk('secret', next), toPaserk('public', publicHalfOf(ours)));
    expect(await verify(token, 'cookie', NOW, kept)).toMatchObject({ ok: true });
    expect(await verify(token, 'cookie', NOW, ringOf(toPaserk('secret', next)))).toEqual(
      refused('signature'),
    );
  });

  test('a token is checked under the key that its footer names, and no other', async () => {
    const other = rotated.signing.kid;
    const [v, p, body] = token.split('.');
    const swapped = [v, p, body, Buffer.from(JSON.stringify({ kid: other })).toString('base64url')].join('.');
    expect(await verify(swapped, 'cookie', NOW, rotated)).toEqual(refused('signature'));
    const lying = forge(JSON.stringify(good), JSON.stringify({ kid: other }));
    expect(await verify(lying, 'cookie', NOW, rotated)).toEqual(refused('signature'));
  });
});

describe('changed tokens', () => {
  test('no bit of it may be another', async () => {
    const accepted: string[] = [];
    for (let at = 0; at < token.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit));
        const changed = token.slice(0, at) + flipped + token.slice(at + 1);
        if ((await verify(changed)).ok) accepted.push(`${at}:${bit}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  test('no end of it may be missing', async () => {
    for (let length = 0; length < token.length; length += 1)
      expect(await verify(token.slice(0, length))).toMatchObject({ ok: false });
  });

  const [, , body = '', footer = ''] = token.split('.');
  const lastOf = (text: string) =>
    text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
  test.each([
    ['padding after the body', `v4.public.${body}=.${footer}`],
    ['padding at the end', `${token}=`],
    ['a dot at the end', `${token}.`],
    ['a fifth segment', `${token}.AAAA`],
    ['no footer', `v4.public.${body}`],
    ['an empty footer', `v4.public.${body}.`],
    ['a blank before', ` ${token}`],
    ['a line end', `${token}\n`],
    ['a NUL', `${token}\u0000`],
    ['another version', token.replace('v4.', 'v3.')],
    ['another purpose', token.replace('public', 'local')],
    ['upper case', token.replace('v4.public', 'V4.PUBLIC')],
    ['the standard alphabet', `v4.public.${body.replaceAll('-', '+').replaceAll('_', '/')}+.${footer}`],
    [
      'trailing bits',
      body.length % 4 === 0 ? `v4.public.${body}A.${footer}` : `v4.public.${lastOf(body)}.${footer}`,
    ],
    ['nothing', ''],
    ['only dots', '...'],
    ['only a signature', `v4.public.${Buffer.alloc(64).toString('base64url')}.${footer}`],
    ['more than 2048 characters', `v4.public.${'A'.repeat(2048)}.${footer}`],
  ])('with %s it is malformed', async (_, changed) => {
    expect(await verify(changed)).toEqual(refused('malformed'));
  });
});

describe('footers', () => {
  const kid = ring.signing.kid;
  test.each([
    ['not JSON', kid],
    ['an array', JSON.stringify([kid])],
    ['null', 'null'],
    ['another name', JSON.stringify({ key: kid })],
    ['one more name', JSON.stringify({ kid, alg: 'none' })],
    ['a kid that is no string', JSON.stringify({ kid: [kid] })],
    ['the name twice', `{"kid":"other","kid":"${kid}"}`],
    ['blanks', `{ "kid": "${kid}" }`],
    ['escapes', `{"\\u006bid":"${kid}"}`],
    ['more than 256 bytes', JSON.stringify({ kid: kid.padEnd(250, 'x') })],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1')],
  ])('with %s the token is malformed, though signed', async (_, footer) => {
    expect(await verify(forge(JSON.stringify(good), footer))).toEqual(refused('malformed'));
  });
});

describe('claims', () => {
  test('the forged original verifies, so what follows fails for its claims', async () => {
    expect(await verify(forge(JSON.stringify(good)))).toEqual({ ok: true, subject });
  });

  const without = (name: string) => JSON.stringify({ ...good, [name]: undefined });
  const changed = (change: object) => JSON.stringify({ ...good, ...change });
  test.each([
    ...Object.keys(good).map((name): [string, string] => [`no ${name}`, without(name)]),
    ...Object.keys(good).map((name): [string, string] => [`a number for ${name}`, changed({ [name]: 1 })]),
    ['one claim more', changed({ role: 'admin' })],
    ['a claim named __proto__', JSON.stringify(good).replace('{', '{"__proto__":{"a":1},')],
    ['another issuer', changed({ iss: 'https://other' })],
    ['another audience', changed({ aud: 'https://other' })],
    ['several audiences', changed({ aud: [HERE.audience] })],
    ['a subject that is no UUID', changed({ sub: 'root' })],
    ['a subject in upper case', changed({ sub: subject.accountId.toUpperCase() })],
    ['a short session id', changed({ sid: subject.sessionId.slice(1) })],
    ['a session id of other characters', changed({ sid: `${subject.sessionId.slice(1)}+` })],
    ['an end in seconds', changed({ exp: '1893456000' })],
    ['an end without a zone', changed({ exp: '2026-03-01T10:01:00' })],
    ['an end with an offset', changed({ exp: '2026-03-01T10:01:00+00:00' })],
    ['an end with a blank', changed({ exp: '2026-03-01 10:01:00Z' })],
    ['an end with a small t', changed({ exp: '2026-03-01t10:01:00z' })],
    ['an end on a day that does not exist', changed({ exp: '2027-02-30T10:01:00Z' })],
    ['an end at 24 o’clock', changed({ exp: '2026-03-01T24:00:00Z' })],
    ['a leap second', changed({ exp: '2026-12-31T23:59:60Z' })],
    ['the end twice', JSON.stringify(good).replace('"exp":', '"exp":"2020-01-01T00:00:00.000Z","exp":')],
    ['blanks', JSON.stringify(good, null, 1)],
    ['a byte order mark', `\uFEFF${JSON.stringify(good)}`],
  ])('with %s it is refused, though signed', async (_, message) => {
    expect(await verify(forge(message))).toEqual(refused('claims'));
  });

  test.each([
    ['no JSON', 'exp'],
    ['an array', '[]'],
    ['null', 'null'],
  ])('with %s it is refused, though signed', async (_, message) => {
    expect(await verify(forge(message))).toMatchObject({ ok: false });
  });

  test('bytes that are no UTF-8 are refused, though signed', async () => {
    const message = Buffer.concat([Buffer.from('{"iss":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(await verify(forge(message))).toMatchObject({ ok: false });
  });

  test('times may leave their milliseconds out', async () => {
    const message = changed({ exp: '2026-03-01T10:01:00Z' });
    expect(await verify(forge(message))).toMatchObject({ ok: true });
  });
});
