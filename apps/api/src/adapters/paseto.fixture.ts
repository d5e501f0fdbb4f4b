import { randomBytes, sign } from 'node:crypto';
import type { TokenPurpose } from '../ports.ts';
import { type KeyRing, parseKeyRing } from './key-ring.ts';
import { privateKeyObject, secretKeyOfSeed, toPaserk } from './paserk.ts';
import { createTokens } from './paseto.ts';

/** One key ring, one token and ways to make others, for the tests of tokens. */

export const HERE = { issuer: 'https://auth.example', audience: 'https://auth.example' };
export const NOW = new Date('2026-03-01T10:00:00.500Z');
export const later = (ms: number) => new Date(NOW.getTime() + ms);

export const key = () => secretKeyOfSeed(randomBytes(32));
export const ringOf = (...keys: string[]): KeyRing =>
  parseKeyRing({
    PORTCULLIS_KEYS: keys.join(' '),
    PORTCULLIS_REFRESH_KEYS: toPaserk('local', randomBytes(32)),
    PORTCULLIS_SECRET: randomBytes(32).toString('base64url'),
  });

export const ours = key();
export const ring = ringOf(toPaserk('secret', ours));
export const subject = {
  accountId: '0195b1a2-7c4e-7d1a-8b3c-5a6f7e8d9c0b',
  sessionId: randomBytes(32).toString('base64url'),
  purpose: 'cookie' as TokenPurpose,
};
const times = { now: NOW, expiresAt: later(60_000) };
/** Fresh every time, so that nothing is remembered. */
export const verify = (
  token: string,
  purpose: TokenPurpose = 'cookie',
  now = NOW,
  with_: KeyRing = ring,
  parties = HERE,
) => createTokens({ ring: with_, ...parties }).verify(token, purpose, now);
export const issue = (change: Partial<typeof subject> = {}, with_: KeyRing = ring, parties = HERE) =>
  createTokens({ ring: with_, ...parties }).issue({ ...subject, ...change }, times);

export const refused = (rejection: string) => ({ ok: false, rejection });
export const token = await issue();

/** An implementation of its own, which signs anything. */
export const forge = (
  message: string | Buffer,
  footer = JSON.stringify({ kid: ring.signing.kid }),
  by = ours,
) => {
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
export const good = {
  iss: HERE.issuer,
  aud: HERE.audience,
  sub: subject.accountId,
  sid: subject.sessionId,
  iat: NOW.toISOString(),
  nbf: NOW.toISOString(),
  exp: times.expiresAt.toISOString(),
};
