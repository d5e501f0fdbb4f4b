import { createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** What an attacker writes into a token that he can sign, or pretends to sign. */
export interface Forgery {
  claims: unknown;
  footer: string;
  /** What the signature covers and the token does not hold. */
  assertion: string;
  header?: string;
}

/** A signing key from its PASERK (`k4.secret.…`), by hand: nothing of the service is used to attack it. */
export const signingKey = (paserk: string): KeyObject => {
  const [, , text = ''] = paserk.split('.');
  const bytes = Buffer.from(text, 'base64url');
  const jwk = {
    kty: 'OKP',
    crv: 'Ed25519',
    d: bytes.subarray(0, 32).toString('base64url'),
    x: bytes.subarray(32).toString('base64url'),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
};

/** A PASETO v4.public token of any content (PASETO v4, "Sign"). */
export const forge = (
  key: KeyObject,
  { claims, footer, assertion, header = 'v4.public.' }: Forgery,
): string => {
  const message = Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims));
  const pieces = [Buffer.from('v4.public.'), message, Buffer.from(footer), Buffer.from(assertion)];
  const signature = sign(null, preAuthenticated(pieces), key);
  const body = Buffer.concat([message, signature]).toString('base64url');
  return `${header}${body}.${Buffer.from(footer).toString('base64url')}`;
};

export const assertionOf = (issuer: string, purpose: string): string => `portcullis:v1:${issuer}:${purpose}`;

/** What stands in a token, which anybody can read. */
export const readToken = (token: string): { claims: Record<string, string>; footer: string } => {
  const [, , body = '', footer = ''] = token.split('.');
  const bytes = Buffer.from(body, 'base64url');
  return {
    claims: JSON.parse(bytes.subarray(0, -64).toString('utf8')) as Record<string, string>,
    footer: Buffer.from(footer, 'base64url').toString('utf8'),
  };
};

const preAuthenticated = (pieces: readonly Buffer[]): Buffer =>
  Buffer.concat([length(pieces.length), ...pieces.flatMap((piece) => [length(piece.length), piece])]);

const length = (count: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(count));
  return bytes;
};
