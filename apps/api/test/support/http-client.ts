import type { ErrorData } from '@portcullis/contracts/errors';

export const ORIGIN = 'http://localhost:5173';

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** `result.data` of a procedure that succeeded; undefined otherwise. */
  data: unknown;
  /** `error.data` of a procedure that refused; undefined otherwise. */
  error: ErrorData | undefined;
  ms: number;
}

interface CallOptions {
  headers?: Record<string, string>;
  /** In place of the method that the kind asks for. */
  method?: string;
  /** The body as it stands, or the text of `input` in the address of a query. */
  raw?: string | undefined;
}

/** A user agent with a cookie jar of its own, that knows nothing but the contract. */
export interface HttpClient {
  cookies: Map<string, string>;
  /** Sent with every call; for a bearer's `authorization` and the like. */
  headers: Record<string, string>;
  mutate(procedure: string, input?: unknown, options?: CallOptions): Promise<Answer>;
  query(procedure: string, input?: unknown, options?: CallOptions): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
}

export const httpClient = (baseUrl: string, headers: Record<string, string> = {}): HttpClient => {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const startMs = performance.now();
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...(cookie === '' ? {} : { cookie }), ...init.headers };
    const response = await fetch(`${baseUrl}${path}`, {
      redirect: 'manual',
      ...init,
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    });
    const text = await response.text();
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    const body = parsed(text);
    return {
      status: response.status,
      headers: response.headers,
      text,
      data: body?.result?.data,
      error: body?.error?.data,
      ms: performance.now() - startMs,
    };
  };
  const client: HttpClient = {
    cookies,
    headers,
    mutate: (procedure, input, { headers: more = {}, method = 'POST', raw } = {}) => {
      const body = raw ?? (input === undefined ? undefined : JSON.stringify(input));
      return send(`/trpc/${procedure}`, {
        method,
        headers: { 'content-type': 'application/json', origin: ORIGIN, ...client.headers, ...more },
        ...(body === undefined ? {} : { body }),
      });
    },
    query: (procedure, input, { headers: more = {}, method = 'GET', raw } = {}) => {
      const text = raw ?? (input === undefined ? undefined : JSON.stringify(input));
      const search = text === undefined ? '' : `?${new URLSearchParams({ input: text })}`;
      return send(`/trpc/${procedure}${search}`, { method, headers: { ...client.headers, ...more } });
    },
    get: (path, more = {}) => send(path, { headers: { ...client.headers, ...more } }),
  };
  return client;
};

interface Body {
  result?: { data: unknown };
  error?: { data: ErrorData };
}

const parsed = (text: string): Body | null => {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return null;
  }
};

/** RFC 6265 §5.3 as far as this service needs it: a name and a value, gone with Max-Age=0. */
const keep = (cookies: Map<string, string>, line: string): void => {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) cookies.delete(name);
  else cookies.set(name, pair.slice(at + 1));
};
