import { describe, expect, test, vi } from 'vitest';
import { publicHalfOf, toPaserk } from './paserk.ts';
import {
  HERE,
  NOW,
  forge,
  good,
  issue,
  key,
  later,
  ours,
  refused,
  ring,
  ringOf,
  subject,
  token,
  verify,
} from './paseto.fixture.ts';
import { createTokens } from './paseto.ts';

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

  test('that is none is no time within', async () => {
    const tokens = createTokens({ ring, ...HERE });
    const none = new Date(Number.NaN);
    expect(await tokens.verify(token, 'cookie', none)).toEqual(refused('expired'));
    expect(await tokens.verify(token, 'cookie', NOW)).toMatchObject({ ok: true });
    expect(await tokens.verify(token, 'cookie', none)).toEqual(refused('expired'));
    await expect(tokens.issue(subject, { now: NOW, expiresAt: none })).rejects.toThrow(RangeError);
  });

  test('never ends after it was said to', async () => {
    for (const ms of [1, 499, 500, 999, 1001]) {
      const made = await createTokens({ ring, ...HERE }).issue(subject, { now: NOW, expiresAt: later(ms) });
      expect(await verify(made, 'cookie', later(ms - 1))).toMatchObject({ ok: true });
      expect(await verify(made, 'cookie', later(ms))).toEqual(refused('expired'));
    }
  });
});

describe('the signature', () => {
  test('is made and checked without WebCrypto, which would wait behind the password hashes', async () => {
    const names = ['verify', 'sign', 'importKey', 'digest', 'generateKey'] as const;
    const spies = names.map((name) => vi.spyOn(globalThis.crypto.subtle, name));
    try {
      expect(await verify(await issue())).toMatchObject({ ok: true });
      for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  test('has one form: the order of the curve added to its second half is refused (RFC 8032 §5.1.7)', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const whole = Buffer.from(token.split('.')[2] ?? '', 'base64url');
    const half = BigInt(`0x${Buffer.from(whole.subarray(-32)).reverse().toString('hex')}`);
    const other = Buffer.from((half + order).toString(16).padStart(64, '0'), 'hex').reverse();
    const body = Buffer.concat([whole.subarray(0, -32), other]).toString('base64url');
    const malleable = `v4.public.${body}.${token.split('.')[3]}`;
    expect(malleable).not.toBe(token);
    expect(await verify(malleable)).toEqual(refused('signature'));
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

  test('is no token that was refused for its time', async () => {
    const { tokens, asked } = counting();
    for (const ms of [-5001, 60_000]) {
      await tokens.verify(token, 'cookie', later(ms));
      await tokens.verify(token, 'cookie', later(ms));
    }
    expect(asked()).toBe(4);
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
