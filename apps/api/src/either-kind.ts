import { hash } from 'node:crypto';
import { boundedMap } from './adapters/bounded-map.ts';
import type { TokenPurpose, TokenVerifier } from './ports.ts';

type Read = Awaited<ReturnType<TokenVerifier['verify']>>;

const MOST_REMEMBERED = 10_000;
const KINDS: readonly TokenPurpose[] = ['bearer', 'cookie'];

/**
 * Reads a token of which nobody said how it travelled. The kind is bound into the signature, so the wrong one fails;
 * which one it was is remembered only to try that one first, and decides nothing.
 */
export const tokensOfEitherKind = (tokens: TokenVerifier): ((token: string, now: Date) => Promise<Read>) => {
  const remembered = boundedMap<TokenPurpose>(MOST_REMEMBERED);
  return async (token, now) => {
    const name = hash('sha256', token, 'base64url');
    const first = remembered.get(name) ?? 'bearer';
    const attempts = [first, ...KINDS.filter((kind) => kind !== first)];
    let refused: Read = { ok: false, rejection: 'malformed' };
    for (const purpose of attempts) {
      const read = await tokens.verify(token, purpose, now);
      if (read.ok) remembered.set(name, purpose);
      // Only a signature that does not hold may be the other kind's.
      if (read.ok || read.rejection !== 'signature') return read;
      refused = read;
    }
    return refused;
  };
};
