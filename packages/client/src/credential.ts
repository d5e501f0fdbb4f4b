import type { CredentialSource } from './types.ts';

/** What a request presents; nothing of it has been checked. */
export interface Credential {
  /** Null: the bare token was given, and its signature tells. */
  transport: 'cookie' | 'bearer' | null;
  token: string;
}

const BEARER = /^bearer(?:$|\s+(?<token>.*)$)/i;

/**
 * Null: nothing is presented. `ambiguous`: two credentials, or two cookies of the name; which one counts would be the
 * sender's guess.
 * @param cookieName only this name counts: under https it begins with `__Host-`, which nobody but the host can set
 */
export const credentialIn = (
  source: CredentialSource,
  cookieName: string,
): Credential | null | 'ambiguous' => {
  if (typeof source === 'string') return source === '' ? null : { transport: null, token: source };
  const header = headersOf(source);
  const cookies = cookieValues(header('cookie'), cookieName);
  const bearer = BEARER.exec(header('authorization')?.trim() ?? '');
  if (cookies.length + (bearer === null ? 0 : 1) > 1) return 'ambiguous';
  const [cookie] = cookies;
  if (cookie !== undefined) return { transport: 'cookie', token: cookie };
  return bearer === null ? null : { transport: 'bearer', token: bearer.groups?.['token']?.trim() ?? '' };
};

const headersOf = (source: Exclude<CredentialSource, string>): ((name: string) => string | undefined) => {
  const headers = source instanceof Headers ? source : source.headers;
  if (headers instanceof Headers) return (name) => headers.get(name) ?? undefined;
  return (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(name === 'cookie' ? '; ' : ', ') : value;
  };
};

/** Only a space and a tab stand around a pair (RFC 6265 §5.4): U+00A0 before it makes another name, which any host may set. */
const cookieValues = (header: string | undefined, name: string): string[] =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    .filter((pair) => pair.startsWith(`${name}=`) && pair.length > name.length + 1)
    .map((pair) => pair.slice(name.length + 1));
