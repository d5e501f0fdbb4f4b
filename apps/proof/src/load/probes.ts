import type { Tomb } from './graveyard.ts';
import type { LineAnswer } from './line.ts';

/** One way of asking whether sessions are live. */
export interface Probe {
  name: string;
  /** How many tombs one request may name. */
  most: number;
  requestFor(tombs: readonly Tomb[]): Buffer;
  /** For each tomb in turn, what was said; null where nothing was decided. `count`: verifications behind it. */
  read(answer: LineAnswer, tombs: readonly Tomb[]): Said[];
}

interface Said {
  verdict: 'accepted' | 'refused' | null;
  count: number;
  reason: string;
}

const BATCH = 10;
const BATCHED = Array.from({ length: BATCH }, () => 'account.me').join(',');
const reasonIn = (body: string): string => /"reason":"(\w+)"/.exec(body)?.[1] ?? 'none';

const get = (path: string, token: string): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`, 'latin1');

/** What nginx asks for each request: one session, one status. */
const session: Probe = {
  name: 'GET /v1/session',
  most: 1,
  requestFor: ([tomb]) => get('/v1/session', tomb?.token ?? ''),
  read: ({ status, body }) => {
    if (status === 204) return [{ verdict: 'accepted', count: 1, reason: 'none' }];
    const reason = reasonIn(body);
    return [{ verdict: status === 401 ? 'refused' : null, count: 1, reason }];
  },
};

/** Each call of a batch verifies by itself. */
const batch: Probe = {
  name: `a batch of ${BATCH} account.me`,
  most: 1,
  requestFor: ([tomb]) => get(`/trpc/${BATCHED}?batch=1&input=%7B%7D`, tomb?.token ?? ''),
  read: ({ status, body }) => {
    if (status === 401) return [{ verdict: 'refused', count: BATCH, reason: reasonIn(body) }];
    // Several answers in one: what carries a result was accepted, what is unavailable was not decided.
    if (status === 200 || (status === 207 && body.includes('"result"')))
      return [{ verdict: 'accepted', count: BATCH, reason: 'none' }];
    if (status !== 207) return [{ verdict: null, count: BATCH, reason: reasonIn(body) }];
    const decided = body.match(/"reason":"session_revoked"/g)?.length ?? 0;
    return [{ verdict: decided > 0 ? 'refused' : null, count: decided, reason: 'session_revoked' }];
  },
};

/** What other services ask: many sessions in one request, each verified strictly. */
const verify = (client: { id: string; secret: string }): Probe => {
  const authorization = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
  return {
    name: 'POST /v1/verify',
    most: 128,
    requestFor: (tombs) => {
      const body = JSON.stringify({ tokens: tombs.map(({ token }) => token) });
      return Buffer.from(
        `POST /v1/verify HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic ${authorization}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        'latin1',
      );
    },
    read: ({ status, body }, tombs) => {
      if (status !== 200) return tombs.map(() => ({ verdict: null, count: 1, reason: reasonIn(body) }));
      const { results } = JSON.parse(body) as { results: { active: boolean; reason?: string }[] };
      return results.map(({ active, reason }) => ({
        verdict: active ? 'accepted' : 'refused',
        count: 1,
        reason: reason ?? 'none',
      }));
    },
  };
};

/** Most lines ask for many sessions at once: so the same processors decide many times as many verifications. */
export const createProbes = (client: { id: string; secret: string }): Probe[][] => [
  [session, batch],
  [verify(client)],
  [verify(client)],
];
