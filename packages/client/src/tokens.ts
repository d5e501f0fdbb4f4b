import type { Credential } from './credential.ts';
import { credentialIn } from './credential.ts';
import { refused } from './errors.ts';
import type { Keys, KeySet } from './keys.ts';
import { assertionOf, type Claims, claimsIn, isSigned, takeApart } from './paseto.ts';
import type { CredentialSource, Refused } from './types.ts';

/** An authentic token; whether its session lives is another question. */
export interface Authentic {
  token: string;
  transport: 'cookie' | 'bearer';
  issuer: string;
  claims: Claims;
}

/** Under https and under http; the other name is then ignored. */
const COOKIE_NAMES = ['__Host-portcullis', 'portcullis'] as const;
const MOST_REMEMBERED = 10_000;

/** Signatures are checked here, so that garbage never reaches the service. Times are judged by the service. */
export class Tokens {
  readonly #keys: Keys;
  /** Of tokens whose signature held under a set of keys; sessions are never remembered here. */
  readonly #remembered = new Map<string, { authentic: Authentic; keys: KeySet }>();

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** @throws Outage when the keys cannot be had */
  async read(source: CredentialSource): Promise<Authentic | Refused> {
    // Somebody without any credential is nobody, whether the service can be reached or not.
    if (COOKIE_NAMES.every((name) => credentialIn(source, name) === null)) return refused('session_missing');
    const { issuer } = await this.#keys.current();
    const cookieName = issuer.startsWith('https:') ? COOKIE_NAMES[0] : COOKIE_NAMES[1];
    const credential = credentialIn(source, cookieName);
    if (credential === null) return refused('session_missing');
    if (credential === 'ambiguous') return refused('input_invalid');
    return (await this.#authentic(credential)) ?? refused('token_invalid');
  }

  async #authentic({ token, transport }: Credential): Promise<Authentic | null> {
    const parts = takeApart(token);
    if (parts === null) return null;
    const known = this.#remembered.get(token);
    const keys = await this.#keys.with(parts.kid);
    if (known?.keys === keys)
      return transport === null || transport === known.authentic.transport ? known.authentic : null;
    const key = keys.keys.get(parts.kid);
    if (key === undefined) return null;
    const kinds = transport === null ? (['bearer', 'cookie'] as const) : [transport];
    const kind = kinds.find((one) => isSigned(parts, key, assertionOf(keys.issuer, one)));
    const claims = kind === undefined ? null : claimsIn(parts.message, keys.issuer);
    if (kind === undefined || claims === null) return null;
    const authentic = { token, transport: kind, issuer: keys.issuer, claims };
    this.#remember(token, authentic, keys);
    return authentic;
  }

  #remember(token: string, authentic: Authentic, keys: KeySet): void {
    this.#remembered.set(token, { authentic, keys });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
  }
}
