/** Two years, sub-domains too (ASVS 3.4.1 asks for at least one). */
const HSTS = 'max-age=63072000; includeSubDomains';

const POLICY = "default-src 'none'; frame-ancestors 'none'";

const ALWAYS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** Puts on every answer what a browser is to do with it; nothing of this service may be framed, sniffed or kept. */
export const secure = (headers: Headers, isHttps: boolean): void => {
  for (const [name, value] of Object.entries(ALWAYS)) headers.set(name, value);
  // A page of ours may name its own style by its hash; everything else gets the policy of what is no page.
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', POLICY);
  if (isHttps) headers.set('strict-transport-security', HSTS);
  // A proxy that compressed a stream would hold its events back.
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  headers.set('cache-control', isStream ? 'no-store, no-transform' : 'no-store');
};

/**
 * All that `secure` and `shareWith` put on an answer without a body for a client that names no origin: an answer that is
 * made with them needs neither. Setting headers one by one is most of what a session check would cost beside its READ.
 */
export const standingHeaders = (isHttps: boolean): Readonly<Record<string, string>> => {
  const headers = new Headers();
  secure(headers, isHttps);
  shareWith(undefined, [], headers);
  return Object.fromEntries(headers);
};

/** Lets the pages of a listed origin read the answer. Never with cookies: those belong to our own origin. */
export const shareWith = (
  origin: string | undefined,
  allowedOrigins: readonly string[],
  headers: Headers,
): void => {
  headers.append('vary', 'Origin');
  if (origin === undefined || !allowedOrigins.includes(origin)) return;
  headers.set('access-control-allow-origin', origin);
  headers.set(
    'access-control-expose-headers',
    'X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate',
  );
  headers.set('cross-origin-resource-policy', 'cross-origin');
};

/** The answer to the question that a browser asks before a call from a listed origin; null when it is no such question. */
export const preflight = (request: Request, allowedOrigins: readonly string[]): Response | null => {
  const asks = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
  if (!asks || !allowedOrigins.includes(request.headers.get('origin') ?? '')) return null;
  const headers = {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  };
  return new Response(null, { status: 204, headers });
};
