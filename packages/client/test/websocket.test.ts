import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { endOnRevocation, verifyUpgrade } from '../src/node.ts';
import { createTestAuth, type FakeSession, type TestAuth } from '../src/testing.ts';
import { type Listening, listening } from './support/listening.ts';

const ORIGIN = 'https://app.test';
let server: Listening;
let sockets: WebSocketServer;
let test_: TestAuth;

beforeEach(async () => {
  test_ = createTestAuth({ timeoutMs: 5_000, deadlineMs: 10_000, retries: 0, breaker: { openAfter: 1_000 } });
  const { auth } = test_;
  server = await listening();
  sockets = new WebSocketServer({ noServer: true });
  server.server.on('upgrade', (request: IncomingMessage, socket, head) => {
    void (async () => {
      const verified = await verifyUpgrade(auth, request, socket, { origins: [ORIGIN] });
      if (verified === null) return;
      sockets.handleUpgrade(request, socket, head, (peer) => {
        endOnRevocation(auth, request, verified, peer);
        peer.on('message', (data) => peer.send(data));
      });
    })();
  });
});
afterEach(async () => {
  for (const peer of sockets.clients) peer.terminate();
  await server.close();
  await test_.close();
});

interface Connection {
  socket: WebSocket;
  closed: Promise<{ code: number; reason: string }>;
}

/** Connected, or the HTTP status that refused it. */
const connect = async (headers: Record<string, string>): Promise<Connection | number> => {
  const socket = new WebSocket(server.url.replace('http', 'ws'), { headers });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ socket, closed }));
    socket.once('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.on('error', () => undefined);
      socket.terminate();
    });
    socket.once('error', reject);
  });
};
const connected = async (who: FakeSession, headers: Record<string, string> = {}): Promise<Connection> => {
  const connection = await connect({ ...who.headers, ...headers });
  if (typeof connection === 'number') throw new Error(`refused with ${connection}`);
  return connection;
};
const echo = (socket: WebSocket) =>
  new Promise<string>((resolve) => {
    socket.once('message', (data: Buffer) => resolve(data.toString()));
    socket.send('hello');
  });

describe('a WebSocket', () => {
  test('opens for a live session only, and from a page of ours when a cookie speaks', async () => {
    const [bearer, cookie, over] = [test_.signIn(), test_.signIn({ transport: 'cookie' }), test_.signIn()];
    test_.revoke({ sessionId: over.sessionId });
    expect(await echo((await connected(bearer)).socket)).toBe('hello');
    expect(await echo((await connected(cookie, { origin: ORIGIN })).socket)).toBe('hello');
    expect(await connect({ ...cookie.headers, origin: 'https://evil.test' })).toBe(403);
    expect(await connect(cookie.headers)).toBe(403);
    expect(await connect(over.headers)).toBe(401);
    expect(await connect({})).toBe(401);
    test_.faults.down = true;
    expect(await connect(bearer.headers)).toBe(503);
  });

  test('ends when its session is revoked, and those of others go on', async () => {
    const [who, other] = [test_.signIn(), test_.signIn()];
    const [mine, theirs] = [await connected(who), await connected(other)];
    test_.revoke({ sessionId: who.sessionId });
    expect(await mine.closed).toEqual({ code: 4401, reason: 'session_revoked' });
    expect(await echo(theirs.socket)).toBe('hello');
  });

  test('ends when all sessions of the account end, though not one that was opened later', async () => {
    const who = test_.signIn();
    const before = await connected(who);
    test_.revoke({ accountId: who.accountId });
    const later = test_.signIn({ accountId: who.accountId });
    const after = await connected(later);
    expect(await before.closed).toEqual({ code: 4401, reason: 'session_revoked' });
    expect(await echo(after.socket)).toBe('hello');
    expect(await echo(after.socket)).toBe('hello');
  });

  test('ends also when the session ended between its verification and its handshake', async () => {
    const who = test_.signIn();
    const real = test_.auth.requireSession.bind(test_.auth);
    Object.assign(test_.auth, {
      requireSession: async (...args: Parameters<typeof real>) => {
        const verified = await real(...args);
        test_.revoke({ sessionId: who.sessionId });
        return verified;
      },
    });
    const { closed } = await connected(who);
    expect(await closed).toEqual({ code: 4401, reason: 'session_revoked' });
  });

  test('ends also when the session ended before the very first stream of the feed was open', async () => {
    const sinceMs = performance.now();
    test_.faults.feedDown = true;
    const who = test_.signIn();
    const { closed, socket } = await connected(who);
    expect(await echo(socket)).toBe('hello');
    await expect.poll(() => test_.calls.get('/v1/verify') ?? 0, { timeout: 20_000 }).toBeGreaterThan(1);
    test_.revoke({ sessionId: who.sessionId });
    const checks = test_.calls.get('/v1/verify') ?? 0;
    test_.faults.feedDown = false;
    expect(await closed).toEqual({ code: 4401, reason: 'session_revoked' });
    // By the check that the beginning of the stream asks for, not by the one that comes every 15 seconds.
    expect((test_.calls.get('/v1/verify') ?? 0) - checks).toBe(1);
    expect(performance.now() - sinceMs).toBeLessThan(14_000);
  });

  test('ends after a revocation that happened while the feed was cut, once the feed is back', async () => {
    const who = test_.signIn();
    const { closed, socket } = await connected(who);
    expect(await echo(socket)).toBe('hello');
    await expect.poll(() => test_.calls.get('/v1/verify'), { timeout: 20_000 }).toBe(3);
    test_.faults.feedDown = true;
    await expect.poll(() => test_.calls.get('/v1/events') ?? 0, { timeout: 20_000 }).toBeGreaterThan(1);
    test_.revoke({ sessionId: who.sessionId });
    const checks = test_.calls.get('/v1/verify');
    test_.faults.feedDown = false;
    expect(await closed).toEqual({ code: 4401, reason: 'session_revoked' });
    // Told by the feed, which was taken up where it was left, and not by a check.
    expect(test_.calls.get('/v1/verify')).toBe(checks);
  });

  test('G8 does not outlive by much a revocation that cannot be confirmed', async () => {
    const who = test_.signIn();
    const { closed, socket } = await connected(who);
    expect(await echo(socket)).toBe('hello');
    test_.faults.unavailable = true;
    test_.revoke({ accountId: who.accountId });
    expect(await closed).toEqual({ code: 1013, reason: 'unavailable' });
  });

  test('stays through an outage in which nothing suggests that its session ended', async () => {
    const { socket } = await connected(test_.signIn());
    test_.faults.down = true;
    await expect.poll(() => test_.calls.get('/v1/events') ?? 0, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(await echo(socket)).toBe('hello');
    test_.faults.down = false;
    expect(await echo(socket)).toBe('hello');
  });
});
