import { getConnInfo } from '@hono/node-server/conninfo';
import { isStorableText } from '@portcullis/contracts/text';
import type { Context } from 'hono';
import { type Language, wantedLanguage } from '../domain/language.ts';
import { canonicalAddress, clientAddress, type IsTrusted } from './client-address.ts';

/** What is known of every request, whatever it asks for. */
export interface Origin {
  requestId: string;
  asker: () => Asker;
}

/** Who asks, as far as the connection and its headers tell. */
interface Asker {
  /** Null when the peer is unknown, as in a test. */
  ip: string | null;
  userAgent: string | null;
  /** What our pages, or the program that asks, are in. */
  language: Language | null;
}

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;
const LONGEST_USER_AGENT = 500;

/**
 * Forwarding headers and a given request id count only when the peer is a proxy of ours. The peer is read at once, since
 * a connection that ends forgets it; what is known by headers is worked out when somebody asks.
 */
export const originOf = (c: Context, isTrusted: IsTrusted, newId: () => string): Origin => {
  const peer = peerOf(c);
  const given = c.req.header('x-request-id') ?? '';
  return {
    requestId: REQUEST_ID.test(given) && isProxy(peer, isTrusted) ? given : newId(),
    asker: () => ({
      ip: clientAddress(peer, c.req.header('x-forwarded-for'), isTrusted),
      userAgent: userAgentOf(c.req.header('user-agent')),
      language: wantedLanguage(c.req.header('accept-language')),
    }),
  };
};

const isProxy = (peer: string | undefined, isTrusted: IsTrusted): boolean => {
  const canonical = peer === undefined ? null : canonicalAddress(peer);
  return canonical !== null && isTrusted(canonical);
};

const peerOf = (c: Context): string | undefined => {
  const bindings = c.env as { incoming?: unknown } | undefined;
  return bindings?.incoming === undefined ? undefined : getConnInfo(c).remote.address;
};

const userAgentOf = (header: string | undefined): string | null => {
  const text = header?.slice(0, LONGEST_USER_AGENT) ?? '';
  return text !== '' && isStorableText(text) ? text : null;
};
