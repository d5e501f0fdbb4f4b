import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { assertionOf, preAuthenticate } from './paseto.ts';

export interface FakeSession {
  readonly accountId: string;
  readonly sessionId: string;
  readonly token: string;
  /** Of a request that presents it. */
  readonly headers: Record<string, string>;
}

/** What can go wrong. */
export interface Faults {
  /** No connection. */
  down: boolean;
  /** Every answer comes so many milliseconds late. */
  slowMs: number;
  /** So many of the next requests fail with 500. */
  flaky: number;
  /** The service answers 503. */
  unavailable: boolean;
  /** The service does not know this client. */
  refuseClient: boolean;
  /** The service answers in a form of another version. */
  wrongVersion: boolean;
  /** The feed is cut, and cannot be opened. */
  feedDown: boolean;
}

interface Row {
  accountId: string;
  sessionId: string;
  createdAt: string;
  expiresAt: string;
  ended: 'revoked' | 'expired' | null;
}

type Listener = (text: string) => void;

const HOUR_MS = 3_600_000;

/** The routes for services in memory: real keys and tokens, no network. */
export class FakeService {
  readonly issuer = 'https://auth.test';
  readonly calls = new Map<string, number>();
  readonly faults: Faults = {
    down: false,
    slowMs: 0,
    flaky: 0,
    unavailable: false,
    refuseClient: false,
    wrongVersion: false,
    feedDown: false,
  };
  readonly #key = generateKeyPairSync('ed25519');
  readonly #sessions = new Map<string, Row>();
  readonly #tokens = new Map<string, string>();
  readonly #feed: { id: number; data: object }[] = [];
  readonly #listeners = new Set<Listener>();

  signIn({
    accountId = randomUUID(),
    transport = 'bearer',
  }: {
    accountId?: string;
    transport?: 'cookie' | 'bearer';
  }): FakeSession {
    const sessionId = randomBytes(32).toString('base64url');
    const [createdAt, expiresAt] = [new Date(), new Date(Date.now() + HOUR_MS)].map((at) => at.toISOString());
    this.#sessions.set(sessionId, {
      accountId,
      sessionId,
      createdAt: createdAt ?? '',
      expiresAt: expiresAt ?? '',
      ended: null,
    });
    const times = { iat: createdAt, nbf: createdAt, exp: expiresAt };
    const token = this.#sign(
      { iss: this.issuer, aud: this.issuer, sub: accountId, sid: sessionId, ...times },
      transport,
    );
    this.#tokens.set(token, sessionId);
    const headers: Record<string, string> =
      transport === 'bearer'
        ? { authorization: `Bearer ${token}` }
        : { cookie: `__Host-portcullis=${token}` };
    return { accountId, sessionId, token, headers };
  }

  revoke(what: { sessionId: string } | { accountId: string }): void {
    const ended = [...this.#sessions.values()].filter((row) =>
      'sessionId' in what ? row.sessionId === what.sessionId : row.accountId === what.accountId,
    );
    for (const row of ended) row.ended ??= 'revoked';
    const [first] = ended;
    if (first === undefined) return;
    const data = {
      accountId: first.accountId,
      ...('sessionId' in what ? { sessionId: what.sessionId } : {}),
      epoch: 2,
      type: 'session_revoked',
      cause: 'revoked',
      at: new Date().toISOString(),
    };
    this.#feed.push({ id: this.#feed.length + 1, data });
    for (const tell of this.#listeners) tell(eventOf(String(this.#feed.length), 'revocation', data));
  }

  expire(sessionId: string): void {
    const row = this.#sessions.get(sessionId);
    if (row) row.ended = 'expired';
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    this.calls.set(url.pathname, (this.calls.get(url.pathname) ?? 0) + 1);
    const { signal } = init;
    if (url.pathname === '/v1/events') return this.#stream(new Headers(init.headers), signal ?? null);
    await this.#delay(signal ?? null);
    if (this.faults.down) throw new TypeError('fetch failed');
    if (this.faults.flaky > 0) {
      this.faults.flaky -= 1;
      return new Response('', { status: 500 });
    }
    if (url.pathname === '/v1/keys') return this.#version(this.#keysDocument());
    if (this.faults.unavailable) return new Response('{}', { status: 503, headers: { 'retry-after': '1' } });
    if (this.faults.refuseClient) return new Response('{}', { status: 401 });
    return this.#answer(url.pathname, typeof init.body === 'string' ? init.body : '');
  };

  #answer(path: string, body: string): Response {
    switch (path) {
      case '/v1/verify': {
        const { tokens } = JSON.parse(body) as { tokens: string[] };
        const results = tokens.map((token) => this.#check(token));
        return this.#version({ results, at: new Date().toISOString() });
      }
      case '/v1/introspect': {
        const row = this.#rowOf(new URLSearchParams(body).get('token') ?? '');
        return this.#version(row?.ended === null ? this.#described(row) : { active: false });
      }
      case '/v1/revoke': {
        const row = this.#rowOf(new URLSearchParams(body).get('token') ?? '');
        if (row?.ended === null) this.revoke({ sessionId: row.sessionId });
        return new Response(null, { status: 200 });
      }
      default:
        return new Response('{}', { status: 404 });
    }
  }

  #rowOf(token: string): Row | undefined {
    return this.#sessions.get(this.#tokens.get(token) ?? '');
  }

  #check(token: string): object {
    const row = this.#rowOf(token);
    if (row === undefined) return { active: false, reason: 'invalid' };
    if (row.ended !== null) return { active: false, reason: row.ended };
    const { sessionId: id, createdAt, expiresAt, accountId } = row;
    const session = { id, createdAt, authenticatedAt: createdAt, expiresAt };
    return { active: true, session, account: { id: accountId, emailVerified: true } };
  }

  #described({ accountId, sessionId, createdAt, expiresAt }: Row): object {
    const seconds = (text: string) => Math.floor(Date.parse(text) / 1_000);
    const times = { iat: seconds(createdAt), nbf: seconds(createdAt), exp: seconds(expiresAt) };
    const parties = { iss: this.issuer, aud: this.issuer, sub: accountId, sid: sessionId };
    return { active: true, ...parties, ...times, auth_time: seconds(createdAt), token_type: 'Bearer' };
  }

  #version(document: object): Response {
    return Response.json(this.faults.wrongVersion ? { version: 99, payload: document } : document);
  }

  #keysDocument(): object {
    const raw = this.#key.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const keys = [{ id: 'k4.pid.test', key: `k4.public.${raw.toString('base64url')}`, signs: true }];
    return { issuer: this.issuer, audience: this.issuer, keys };
  }

  #sign(claims: object, transport: 'cookie' | 'bearer'): string {
    const message = Buffer.from(JSON.stringify(claims));
    const footer = Buffer.from('{"kid":"k4.pid.test"}');
    const assertion = assertionOf(this.issuer, transport);
    const signed = preAuthenticate(Buffer.from('v4.public.'), message, footer, assertion);
    const signature = sign(null, signed, this.#key.privateKey);
    return `v4.public.${Buffer.concat([message, signature]).toString('base64url')}.${footer.toString('base64url')}`;
  }

  #delay(signal: AbortSignal | null): Promise<void> {
    if (this.faults.slowMs === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, this.faults.slowMs);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      });
    });
  }

  #stream(headers: Headers, signal: AbortSignal | null): Response {
    if (this.faults.feedDown || this.faults.down) throw new TypeError('fetch failed');
    const startMs = performance.now();
    const after = Number(headers.get('last-event-id') ?? this.#feed.length);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (out) => {
        const tell = (text: string) => out.enqueue(encoder.encode(text));
        const beat = () => {
          if (this.faults.feedDown || this.faults.down) return end(new Error('cut'));
          tell(eventOf(String(this.#feed.length), 'heartbeat', { upToMs: performance.now() - startMs }));
        };
        const timer = setInterval(beat, 200);
        timer.unref();
        const end = (error: Error) => {
          clearInterval(timer);
          this.#listeners.delete(tell);
          out.error(error);
        };
        signal?.addEventListener('abort', () => end(new Error('aborted')), { once: true });
        for (const { id, data } of this.#feed.slice(after)) tell(eventOf(String(id), 'revocation', data));
        this.#listeners.add(tell);
        beat();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }
}

const eventOf = (id: string, event: string, data: object): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
