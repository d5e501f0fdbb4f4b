import { createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** Makes access tokens of one deployment, as the service itself would: the benchmark holds its key. */
export interface TokenMint {
  bearer(subject: { accountId: string; sessionId: string }): string;
}

const LIFE_MS = 3_600_000;

/**
 * @param secret the first of PORTCULLIS_KEYS: a PASERK `k4.secret`
 * @param kid its id, as `GET /v1/keys` names it
 */
export const createMint = (secret: string, kid: string, issuer: string): TokenMint => {
  const key = keyOf(secret);
  const footer = Buffer.from(JSON.stringify({ kid }), 'utf8');
  const assertion = Buffer.from(`portcullis:v1:${issuer}:bearer`, 'utf8');
  const header = Buffer.from('v4.public.', 'utf8');
  let made = 0;
  return {
    bearer: ({ accountId, sessionId }) => {
      // No two alike: each has an end of its own.
      const now = Date.now();
      const claims = {
        iss: issuer,
        aud: issuer,
        sub: accountId,
        sid: sessionId,
        iat: new Date(now).toISOString(),
        nbf: new Date(now).toISOString(),
        exp: new Date(now + LIFE_MS + (made += 1)).toISOString(),
      };
      const message = Buffer.from(JSON.stringify(claims), 'utf8');
      const signature = sign(null, preAuthenticate(header, message, footer, assertion), key);
      const body = Buffer.concat([message, signature]).toString('base64url');
      return `v4.public.${body}.${footer.toString('base64url')}`;
    },
  };
};

/** The seed is the first half of the 64 bytes; the rest of PKCS #8 is always the same (RFC 8410). */
const keyOf = (secret: string): KeyObject => {
  const seed = Buffer.from(secret.slice('k4.secret.'.length), 'base64url').subarray(0, 32);
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
};

/** Pre-authentication encoding of PASETO. */
const preAuthenticate = (...pieces: Buffer[]): Buffer => {
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
