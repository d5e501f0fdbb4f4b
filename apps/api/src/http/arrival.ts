import { getConnInfo } from '@hono/node-server/conninfo';
import { isStorableText } from '@portcullis/contracts/text';
import type { Context } from 'hono';
import { type Language, wantedLanguage } from '../domain/language.ts';
import { canonicalAddress, clientAddress, type IsTrusted } from './client-address.ts';

/** What is known of every request, whatever it asks for. */
export interface Origin {
  requestId: string;
  /** Null when the peer is unknown, as in a test. */
  ip: string | null;
  userAgent: string | null;
  /** What our pages, or the program that asks, are in. */
  language: Language | null;
}

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;
const LONGEST_USER_AGENT = 500;

/** Forwarding headers and a given request id count only when the peer is a proxy of ours. */
export const originOf = (c: Context, isTrusted: IsTrusted, newId: () => string): Origin => {
  const peer = peerOf(c);
  const canonical = peer === undefined ? null : canonicalAddress(peer);
  const given = c.req.header('x-request-id') ?? '';
  const isBehindProxy = canonical !== null && isTrusted(canonical);
  return {
    requestId: isBehindProxy && REQUEST_ID.test(given) ? given : newId(),
    ip: clientAddress(peer, c.req.header('x-forwarded-for'), isTrusted),
    userAgent: userAgentOf(c.req.header('user-agent')),
    language: wantedLanguage(c.req.header('accept-language')),
  };
};

const peerOf = (c: Context): string | undefined => {
  const bindings = c.env as { incoming?: unknown } | undefined;
  return bindings?.incoming === undefined ? undefined : getConnInfo(c).remote.address;
};

const userAgentOf = (header: string | undefined): string | null => {
  const text = header?.slice(0, LONGEST_USER_AGENT) ?? '';
  return text !== '' && isStorableText(text) ? text : null;
};
