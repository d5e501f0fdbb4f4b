import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseKeyRing } from './key-ring.ts';
import { privateKeyObject, publicKeyObject, secretKeyOfSeed, toPaserk } from './paserk.ts';
import { createTokens, openPublic, signPublic } from './paseto.ts';

interface Vector {
  name: string;
  'expect-fail': boolean;
  token: string;
  payload: string | null;
  footer: string;
  'implicit-assertion': string;
  'public-key'?: string;
  'secret-key-seed'?: string;
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../../test/vectors/v4.json', import.meta.url), 'utf8'),
).tests;

/** Decryption is no part of this service: it issues and accepts signed tokens only, and must refuse these as well. */
const ENCRYPTED = ['4-E-1', '4-E-2', '4-E-3', '4-E-4', '4-E-5', '4-E-6', '4-E-7', '4-E-8', '4-E-9'];
const SIGNED = ['4-S-1', '4-S-2', '4-S-3'];
const BROKEN = ['4-F-1', '4-F-2', '4-F-3', '4-F-4', '4-F-5'];

const named = (names: string[]) => vectors.filter(({ name }) => names.includes(name));
const bytes = (text: string) => Buffer.from(text, 'utf8');
const hex = (text: string | undefined) => Buffer.from(text ?? '', 'hex');

test('no official vector is left out', () => {
  expect(vectors.map(({ name }) => name).sort()).toEqual([...ENCRYPTED, ...SIGNED, ...BROKEN].sort());
});

describe('signed', () => {
  test.each(named(SIGNED))('$name opens to its payload', async (vector) => {
    const key = publicKeyObject(hex(vector['public-key']));
    const claims = await openPublic(key, vector.token, bytes(vector['implicit-assertion']));
    expect(JSON.stringify(claims)).toBe(vector.payload);
  });

  test.each(named(SIGNED))('$name is what its key signs', async (vector) => {
    const key = privateKeyObject(hex(vector['secret-key-seed']));
    const parts = { footer: bytes(vector.footer), assertion: bytes(vector['implicit-assertion']) };
    expect(await signPublic(key, JSON.parse(vector.payload ?? ''), parts)).toBe(vector.token);
  });

  test.each(named(SIGNED))('$name does not open under another assertion', async (vector) => {
    const key = publicKeyObject(hex(vector['public-key']));
    await expect(openPublic(key, vector.token, bytes(`${vector['implicit-assertion']} `))).rejects.toThrow();
  });
});

describe('refused', () => {
  // The one key pair of the vectors, so that nothing but the tokens' form and claims is left to refuse.
  const seed = hex(named(['4-S-1'])[0]?.['secret-key-seed']);
  const publicKey = hex(named(['4-S-1'])[0]?.['public-key']);
  const ring = parseKeyRing({
    PORTCULLIS_KEYS: toPaserk('secret', secretKeyOfSeed(seed)),
    PORTCULLIS_REFRESH_KEYS: toPaserk('local', Buffer.from('0123456789abcdefghijklmnopqrstuv')),
    PORTCULLIS_SECRET: Buffer.from('vutsrqponmlkjihgfedcba9876543210').toString('base64url'),
  });
  const tokens = createTokens({
    ring,
    issuer: 'https://portcullis.test',
    audience: 'https://portcullis.test',
  });
  const before = new Date('2021-12-31T23:59:59Z');

  test.each(named(BROKEN))('$name does not open', async ({ token, ...vector }) => {
    await expect(
      openPublic(publicKeyObject(publicKey), token, bytes(vector['implicit-assertion'])),
    ).rejects.toThrow();
  });

  test.each(vectors)('$name is no token of this service', async ({ token }) => {
    expect(await tokens.verify(token, 'cookie', before)).toMatchObject({ ok: false });
    expect(await tokens.verify(token, 'bearer', before)).toMatchObject({ ok: false });
  });
});
