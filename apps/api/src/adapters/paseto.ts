import { hash, type KeyObject, sign, verify } from 'node:crypto';
import { ClaimValidationError, type Key, PublicProtocol, PublicSign, PublicVerify } from 'paseto';
import type { TokenIssuer, TokenPurpose, TokenRejection, TokenSubject, TokenVerifier } from '../ports.ts';
import { fromBase64url } from './base64url.ts';
import { boundedMap } from './bounded-map.ts';
import type { KeyRing } from './key-ring.ts';
import { type AccessClaims, claimsOf, footerOf, parseClaims, parseFooter } from './token-claims.ts';

const MOST_TOKEN_CHARACTERS = 2048;
const MOST_FOOTER_BYTES = 256;
const MOST_REMEMBERED = 10_000;
/** Clocks of two database servers after a fail-over; only a beginning may lie ahead, an end is an end. */
const NOT_BEFORE_LEEWAY_MS = 5000;

export interface TokenOptions {
  ring: KeyRing;
  issuer: string;
  audience: string;
}

type Verdict = Awaited<ReturnType<TokenVerifier['verify']>>;

/** PASETO v4.public access and cookie tokens of one deployment. */
export const createTokens = ({ ring, issuer, audience }: TokenOptions): TokenIssuer & TokenVerifier => {
  const remembered = boundedMap<AccessClaims>(MOST_REMEMBERED);
  const parties = { issuer, audience };

  const authenticate = async (
    token: string,
    purpose: TokenPurpose,
  ): Promise<AccessClaims | TokenRejection> => {
    const parts = takeApart(token);
    if (parts === null) return 'malformed';
    const known = ring.verification.get(parts.kid);
    if (known === undefined) return 'signature';
    try {
      await openPublic(known.key, token, assertionOf(issuer, purpose));
    } catch (error) {
      return error instanceof ClaimValidationError ? 'claims' : 'signature';
    }
    return parseClaims(parts.message, parties) ?? 'claims';
  };

  return {
    issue: async (subject, times) => {
      const claims = claimsOf(subject, times, parties);
      const options = { footer: footerOf(ring.signing.kid), assertion: assertionOf(issuer, subject.purpose) };
      return signPublic(ring.signing.key, claims, options);
    },
    verify: async (token, purpose, now) => {
      // Before the hash: no work is done for what can be no token of ours.
      if (token.length > MOST_TOKEN_CHARACTERS) return { ok: false, rejection: 'malformed' };
      const name = `${ring.version}.${purpose}.${hash('sha256', token, 'base64url')}`;
      const claims = remembered.get(name) ?? (await authenticate(token, purpose));
      if (typeof claims === 'string') return { ok: false, rejection: claims };
      const verdict = judgeTimes(claims, purpose, now.getTime());
      if (verdict.ok) remembered.set(name, claims);
      return verdict;
    },
  };
};

/**
 * The end is exclusive: at `exp` the token is expired (RFC 7519 §4.1.4, which PASETO's claims follow). Both questions are
 * asked so that a time which is none (NaN) answers no: what cannot be decided is refused (G8).
 */
const judgeTimes = (claims: AccessClaims, purpose: TokenPurpose, now: number): Verdict => {
  if (!(now < claims.expiresAtMs)) return { ok: false, rejection: 'expired' };
  if (!(now + NOT_BEFORE_LEEWAY_MS >= claims.notBeforeMs)) return { ok: false, rejection: 'not_yet_valid' };
  const subject: TokenSubject = { accountId: claims.accountId, sessionId: claims.sessionId, purpose };
  return { ok: true, subject };
};

/** Binds a token to one deployment and one use, without standing in it (PASETO v4, implicit assertions). */
const assertionOf = (issuer: string, purpose: TokenPurpose): Buffer =>
  Buffer.from(`portcullis:v1:${issuer}:${purpose}`, 'utf8');

const SIGNATURE_BYTES = 64;

/** Message and key id of a token in its one spelling, or null; nothing of it is authentic yet. */
const takeApart = (token: string): { message: Buffer; kid: string } | null => {
  const [version, purpose, body, footer, ...rest] = token.split('.');
  if (
    version !== 'v4' ||
    purpose !== 'public' ||
    body === undefined ||
    footer === undefined ||
    rest.length > 0
  )
    return null;
  const payload = fromBase64url(body);
  const named = fromBase64url(footer);
  if (payload === null || named === null) return null;
  if (payload.length <= SIGNATURE_BYTES || named.length > MOST_FOOTER_BYTES) return null;
  const kid = parseFooter(named);
  return kid === null ? null : { message: payload.subarray(0, -SIGNATURE_BYTES), kid };
};

interface Ed25519Key extends Key {
  readonly handle: KeyObject;
}

const ed25519 = (handle: KeyObject, type: 'public' | 'secret'): Ed25519Key => ({
  algorithm: { name: 'Ed25519' },
  extractable: false,
  type,
  handle,
});

/** Pre-authentication encoding (PASETO, "Authentication Padding"). */
const preAuthenticate = (...pieces: Uint8Array[]): Buffer => {
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

const HEADER = Buffer.from('v4.public.', 'utf8');

// On the calling thread: WebCrypto would queue in the thread pool behind the password hashes.
const v4 = new PublicProtocol(
  PublicSign<4, Ed25519Key>({
    version: 4,
    run: async (key, message, footer, assertion) =>
      new Uint8Array(sign(null, preAuthenticate(HEADER, message, footer, assertion), key.handle)),
  }),
  PublicVerify<4, Ed25519Key>({
    version: 4,
    run: async (key, message, signature, footer, assertion) =>
      verify(null, preAuthenticate(HEADER, message, footer, assertion), key.handle, signature),
  }),
);

/** Signs exactly these claims, which have an `exp`; no time is added or changed. */
export const signPublic = (
  key: KeyObject,
  claims: Record<string, string> & { exp: string },
  { footer, assertion }: { footer: Uint8Array; assertion: Uint8Array },
): Promise<string> =>
  v4.Sign(ed25519(key, 'secret'), claims, { footer, implicitAssertion: assertion, addIssuedAt: false });

// Times are judged by the caller, against a clock that the library does not know.
const ANY_TIME = { allowNonExpiring: true, clockTolerance: Number.MAX_SAFE_INTEGER, now: new Date(0) };

/**
 * The claims of a token whose signature holds under this key and assertion. Judges no time.
 * @throws PasetoError of any kind otherwise; `ClaimValidationError` when only the form of a claim is wrong.
 */
export const openPublic = async (
  key: KeyObject,
  token: string,
  assertion: Uint8Array,
): Promise<Record<string, unknown>> => {
  const options = { ...ANY_TIME, implicitAssertion: assertion };
  return (await v4.Verify(ed25519(key, 'public'), token, options)).claims;
};
