import type { TokenSubject } from '../ports.ts';

/** What an authentic token says; times in milliseconds since the epoch. */
export interface AccessClaims {
  accountId: string;
  sessionId: string;
  notBeforeMs: number;
  expiresAtMs: number;
}

export interface Parties {
  issuer: string;
  audience: string;
}

const NAMES = ['iss', 'aud', 'sub', 'sid', 'iat', 'nbf', 'exp'] as const;
type Claims = Record<(typeof NAMES)[number], string>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SESSION_ID = /^[A-Za-z0-9_-]{43}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/;

/** Claims of a new token. Times keep their milliseconds, so nothing is rounded past the end. */
export const claimsOf = (
  subject: TokenSubject,
  times: { now: Date; expiresAt: Date },
  { issuer, audience }: Parties,
): Claims => {
  const now = times.now.toISOString();
  return {
    iss: issuer,
    aud: audience,
    sub: subject.accountId,
    sid: subject.sessionId,
    iat: now,
    nbf: now,
    exp: times.expiresAt.toISOString(),
  };
};

/** Null unless the message is exactly the seven claims, each of its form, for these parties. */
export const parseClaims = (message: Uint8Array, { issuer, audience }: Parties): AccessClaims | null => {
  const claims = parseObject(message, NAMES);
  if (claims === null || claims.iss !== issuer || claims.aud !== audience) return null;
  if (!UUID.test(claims.sub) || !SESSION_ID.test(claims.sid)) return null;
  const [issuedAtMs, notBeforeMs, expiresAtMs] = [claims.iat, claims.nbf, claims.exp].map(parseTime);
  if (issuedAtMs == null || notBeforeMs == null || expiresAtMs == null) return null;
  return { accountId: claims.sub, sessionId: claims.sid, notBeforeMs, expiresAtMs };
};

export const footerOf = (kid: string): Buffer => Buffer.from(JSON.stringify({ kid }), 'utf8');

/** The key id that a footer names, or null unless the footer is exactly `{"kid": "…"}`. */
export const parseFooter = (footer: Uint8Array): string | null => parseObject(footer, ['kid'])?.kid ?? null;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A flat object of exactly these names with strings. It must be spelt as JSON.stringify spells it, which rules out a
 * name given twice: parsers disagree about which of the two counts.
 */
const parseObject = <N extends string>(bytes: Uint8Array, names: readonly N[]): Record<N, string> | null => {
  let parsed: unknown;
  let text: string;
  try {
    text = decoder.decode(bytes);
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const object = parsed as Record<string, unknown>;
  if (Object.keys(object).length !== names.length || JSON.stringify(object) !== text) return null;
  if (!names.every((name) => Object.hasOwn(object, name) && typeof object[name] === 'string')) return null;
  return object as Record<N, string>;
};

/** RFC 3339 in UTC with capital T and Z; milliseconds, or null for a form or a day that does not exist. */
const parseTime = (text: string): number | null => {
  if (!TIME.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  const again = new Date(ms).toISOString();
  return again === text || again === text.replace('Z', '.000Z') ? ms : null;
};
