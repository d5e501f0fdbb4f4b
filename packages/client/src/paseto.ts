import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Who an authentic token is about. */
export interface Claims {
  accountId: string;
  sessionId: string;
  notBeforeMs: number;
  expiresAtMs: number;
}

const MOST_CHARACTERS = 2_048;
const SIGNATURE_BYTES = 64;
const HEADER = Buffer.from('v4.public.', 'utf8');
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4) without the key. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** The bytes of strict base64url, or null: another spelling of the same bytes would be another token. */
const fromBase64url = (text: string): Buffer | null => {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
};

/** A PASERK `k4.public` key; null for anything else. */
export const publicKeyOf = (paserk: string): KeyObject | null => {
  const raw = paserk.startsWith('k4.public.') ? fromBase64url(paserk.slice('k4.public.'.length)) : null;
  if (raw === null || raw.length !== 32) return null;
  return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' });
};

/** Pre-authentication encoding (PASETO, "Authentication Padding"). */
export const preAuthenticate = (...pieces: Uint8Array[]): Buffer => {
  const counted = (count: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(count));
    return bytes;
  };
  return Buffer.concat([
    counted(pieces.length),
    ...pieces.flatMap((piece) => [counted(piece.length), piece]),
  ]);
};

export interface TokenParts {
  kid: string;
  message: Buffer;
  signature: Buffer;
  footer: Buffer;
}

/** A PASETO v4.public token in its one spelling, taken apart; null otherwise. Nothing of it is authentic yet. */
export const takeApart = (token: string): TokenParts | null => {
  if (token.length > MOST_CHARACTERS) return null;
  const [version, purpose, body = '', foot = '', ...rest] = token.split('.');
  if (version !== 'v4' || purpose !== 'public' || rest.length > 0) return null;
  const payload = fromBase64url(body);
  const footer = fromBase64url(foot);
  if (payload === null || footer === null || payload.length <= SIGNATURE_BYTES) return null;
  const kid = stringIn(parseJson(footer), 'kid');
  if (kid === null) return null;
  return {
    kid,
    message: payload.subarray(0, -SIGNATURE_BYTES),
    signature: payload.subarray(-SIGNATURE_BYTES),
    footer,
  };
};

/** Binds a token to one deployment and one use without standing in it (PASETO v4, implicit assertions). */
export const assertionOf = (issuer: string, transport: 'cookie' | 'bearer'): Buffer =>
  Buffer.from(`portcullis:v1:${issuer}:${transport}`, 'utf8');

/** Whether the signature holds; on the calling thread, as it takes about 0.1 ms. */
export const isSigned = (parts: TokenParts, key: KeyObject, assertion: Uint8Array): boolean =>
  verify(null, preAuthenticate(HEADER, parts.message, parts.footer, assertion), key, parts.signature);

/** The claims of an authentic message for this issuer, who is the audience, too; null when they are of another form. */
export const claimsIn = (message: Buffer, issuer: string): Claims | null => {
  const claims = parseJson(message);
  const [accountId, sessionId] = [stringIn(claims, 'sub'), stringIn(claims, 'sid')];
  const notBeforeMs = Date.parse(stringIn(claims, 'nbf') ?? '');
  const expiresAtMs = Date.parse(stringIn(claims, 'exp') ?? '');
  if (stringIn(claims, 'iss') !== issuer || stringIn(claims, 'aud') !== issuer) return null;
  if (accountId === null || sessionId === null || Number.isNaN(notBeforeMs) || Number.isNaN(expiresAtMs))
    return null;
  return { accountId, sessionId, notBeforeMs, expiresAtMs };
};

const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
};

const stringIn = (value: unknown, name: string): string | null => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' ? found : null;
};
