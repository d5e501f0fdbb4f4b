import type { IncomingMessage } from 'node:http';
import { serve, type ServerType } from '@hono/node-server';
import { initTRPC } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as forExpress from '../src/express.ts';
import * as forFastify from '../src/fastify.ts';
import * as forHono from '../src/hono.ts';
import * as forNode from '../src/node.ts';
import { createTestAuth, type TestAuth } from '../src/testing.ts';
import * as forTrpc from '../src/trpc.ts';
import { type Listening, listening } from './support/listening.ts';

interface Context {
  req: IncomingMessage;
}

let test_: TestAuth;
/** Whose requests reached a handler. */
let reached: string[] = [];
const urls: Record<string, string> = {};
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  // Short enough to wait for, long enough for a busy machine.
  test_ = createTestAuth({ timeoutMs: 5_000, deadlineMs: 10_000, retries: 0, breaker: { openAfter: 1_000 } });
  const { auth } = test_;
  const recent = { maxAgeSeconds: -1 };
  const seen = (id: string) => {
    reached.push(id);
    return { account: id };
  };

  const hono = new Hono();
  hono.get('/', forHono.requireSession(auth), (c) => c.json(seen(c.var.auth.account.id)));
  hono.get('/recent', forHono.requireSession(auth, recent), (c) => c.json(seen(c.var.auth.account.id)));
  hono.get('/maybe', forHono.optionalSession(auth), (c) => c.json(seen(c.var.auth?.account.id ?? 'nobody')));
  const honoServer = await new Promise<ServerType>((resolve) => {
    const server = serve({ fetch: hono.fetch, port: 0, hostname: '127.0.0.1' }, (info) => {
      urls['hono'] = `http://127.0.0.1:${info.port}`;
      resolve(server);
    });
  });
  closing.push(() => new Promise((resolve) => honoServer.close(resolve)));

  const app = express();
  app.get('/', forExpress.requireSession(auth), (request, response) => {
    response.json(seen(forExpress.sessionOf(request).account.id));
  });
  app.get('/recent', forExpress.requireSession(auth, recent), (request, response) => {
    response.json(seen(forExpress.sessionOf(request).account.id));
  });
  app.get('/forgotten', (request) => forExpress.sessionOf(request));
  await open('express', await listening(app));

  const server = fastify();
  server.get('/', { preHandler: forFastify.requireSession(auth) }, (request) =>
    Promise.resolve(seen(forFastify.sessionOf(request).account.id)),
  );
  server.get('/recent', { onRequest: forFastify.requireSession(auth, recent) }, (request) =>
    Promise.resolve(seen(forFastify.sessionOf(request).account.id)),
  );
  urls['fastify'] = await server.listen({ port: 0, host: '127.0.0.1' });
  closing.push(() => server.close());

  const plain = forNode.withSession(auth, (_, response, { account }) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(seen(account.id)));
  });
  const plainRecent = forNode.withSession(auth, () => seen('never'), recent);
  await open(
    'node',
    await listening(
      (request, response) => void (request.url === '/' ? plain : plainRecent)(request, response),
    ),
  );

  const t = initTRPC.context<Context>().create();
  const protectedProcedure = t.procedure.use(forTrpc.requireSession(auth, (ctx: Context) => ctx.req));
  const router = t.router({
    who: protectedProcedure.query(({ ctx }) => seen(ctx.auth.account.id)),
    recent: t.procedure
      .use(forTrpc.requireSession(auth, (ctx: Context) => ctx.req, recent))
      .query(() => seen('never')),
  });
  const trpc = createHTTPHandler({ router, createContext: ({ req }) => ({ req }) });
  await open('trpc', await listening(trpc));
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await test_.close();
});
beforeEach(() => {
  reached = [];
  Object.assign(test_.faults, { down: false, unavailable: false, refuseClient: false });
});

const open = async (name: string, { url, close }: Listening) => {
  urls[name] = url;
  closing.push(close);
};
const get = (framework: string, path: string, headers: Record<string, string> = {}) => {
  const paths: Record<string, string> = { '/': '/who', '/recent': '/recent' };
  return fetch(`${urls[framework]}${framework === 'trpc' ? (paths[path] ?? path) : path}`, { headers });
};

describe.each(['hono', 'express', 'fastify', 'node', 'trpc'])('%s', (framework) => {
  const isTrpc = framework === 'trpc';
  const reasonIn = async (response: Response) => {
    const body = (await response.json()) as { reason?: string; error?: { message: string } };
    return body.reason ?? body.error?.message;
  };

  test.each(['cookie', 'bearer'] as const)(
    'lets a live session of a %s through to the handler',
    async (transport) => {
      const who = test_.signIn({ transport });
      const response = await get(framework, '/', who.headers);
      expect([response.status, reached]).toEqual([200, [who.accountId]]);
      expect(JSON.stringify(await response.json())).toContain(who.accountId);
    },
  );

  test('G1 refuses the request that follows a revocation, and its handler never runs', async () => {
    const who = test_.signIn();
    expect((await get(framework, '/', who.headers)).status).toBe(200);
    test_.revoke({ accountId: who.accountId });
    const response = await get(framework, '/', who.headers);
    expect([response.status, reached.length]).toEqual([401, 1]);
    if (!isTrpc) {
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
    expect(await reasonIn(response)).toBe('session_revoked');
  });

  test.each([
    ['nobody', {}, 401, 'session_missing'],
    ['a forged token', { authorization: 'Bearer v4.public.x.y' }, 401, 'token_invalid'],
    ['two credentials', { authorization: 'Bearer x', cookie: '__Host-portcullis=y' }, 400, 'input_invalid'],
  ])('answers %s as what it is', async (_, headers, status, reason) => {
    const response = await get(framework, '/', headers as Record<string, string>);
    expect([response.status, await reasonIn(response), reached]).toEqual([status, reason, []]);
  });

  test('asks for a recent proof of the password where the route wants one', async () => {
    const response = await get(framework, '/recent', test_.signIn().headers);
    expect([response.status, await reasonIn(response), reached]).toEqual([401, 'step_up_required', []]);
  });

  test.each(['down', 'unavailable', 'refuseClient'] as const)(
    'G8 G11 answers 503 when the auth service is %s: nobody is let in, nobody signed out',
    async (fault) => {
      const who = test_.signIn();
      test_.faults[fault] = true;
      const response = await get(framework, '/', who.headers);
      expect([response.status, await reasonIn(response), reached]).toEqual([503, 'unavailable', []]);
      if (!isTrpc) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      test_.faults[fault] = false;
      expect((await get(framework, '/', who.headers)).status).toBe(200);
    },
  );
});

test('hono can let nobody through as nobody, but not when that is unknown', async () => {
  const who = test_.signIn();
  expect((await get('hono', '/maybe', who.headers)).status).toBe(200);
  expect((await get('hono', '/maybe')).status).toBe(200);
  test_.revoke({ sessionId: who.sessionId });
  expect((await get('hono', '/maybe', who.headers)).status).toBe(200);
  test_.faults.down = true;
  expect((await get('hono', '/maybe', who.headers)).status).toBe(503);
  expect(reached).toEqual([who.accountId, 'nobody', 'nobody']);
});

test('a route that forgot the middleware fails instead of going on', async () => {
  expect((await get('express', '/forgotten', test_.signIn().headers)).status).toBe(500);
});
