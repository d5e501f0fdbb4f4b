import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { buildContainer, type Container } from '../../src/container.ts';
import { createApp } from '../../src/http/app.ts';
import { type Listening, listen } from '../../src/listen.ts';
import { seedDemo } from '../../src/services/account/seed-demo.ts';
import { follow as followStream } from '../support/http-client-stream.ts';
import { freshDatabase } from '../support/template.ts';

const DEMO = { email: 'ada@example.test', password: 'correct-horse-battery-staple-42', name: 'Ada' };
const ORIGIN = 'http://localhost:5173';
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

let redis: TestRedis;
let database: TestDatabase;
let container: Container;
let server: Listening;

beforeAll(async () => {
  redis = await startTestRedis();
  database = await freshDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
    PORTCULLIS_ARGON2_PASSES: '1',
    PORTCULLIS_RATE_LIMITS: 'relaxed',
  });
  container = await buildContainer(config, { log: quiet });
  await container.start();
  await vi.waitFor(() => expect(container.authority.lease.reachesIndex()).toBe(true), 5_000);
  const { deps, ring, metrics } = container;
  const app = createApp({
    deps,
    settings: { ...config.http, publicUrl: ORIGIN },
    keys: ring,
    metrics,
  });
  server = await listen(app.fetch, { setting: 'PORT', host: '127.0.0.1', port: 0, requestTimeoutMs: 10_000 });
  await seedDemo(
    {
      deps,
      requestId: 'test',
      ip: null,
      userAgent: null,
      language: null,
      deadlineMs: deps.clock.monotonicMs() + 10_000,
    },
    DEMO,
  );
});
afterAll(async () => {
  await server.close(1_000);
  await container.close();
  await database.drop();
  await redis.finish([/./]);
});

const call = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
const mutate = (path: string, headers: Record<string, string>, input?: object) =>
  call(`/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
    ...(input ? { body: JSON.stringify(input) } : {}),
  });
const dataOf = async (response: Response) =>
  ((await response.json()) as { result: { data: Record<string, unknown> } }).result.data;
const reasonOf = async (response: Response) =>
  ((await response.json()) as { error: { data: { reason: string } } }).error.data.reason;

const signIn = async () => {
  const response = await mutate('session.signIn', {}, { email: DEMO.email, password: DEMO.password });
  expect(response.status).toBe(200);
  const cookie = (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const { session } = (await dataOf(response)) as { session: { id: string } };
  return { cookie, id: session.id };
};

const follow = (cookie: string) =>
  followStream(`http://127.0.0.1:${server.port}`, { cookies: new Map(), headers: { cookie } });

test('who is signed out sees it happen, and is refused by the next request', async () => {
  const [here, there] = [await signIn(), await signIn()];
  const [stream, own] = [await follow(there.cookie), await follow(here.cookie)];
  expect(stream.response.status).toBe(200);
  expect(stream.response.headers.get('cache-control')).toBe('no-store, no-transform');
  await vi.waitFor(() => expect(stream.heard[0]?.event).toBe('connected'), 5_000);
  const third = await signIn();
  await vi.waitFor(() => expect(stream.events()).toContainEqual(['session_opened', null]), 5_000);
  expect(
    (await dataOf(await mutate('session.revoke', { cookie: here.cookie }, { sessionId: third.id })))[
      'sessionsEnded'
    ],
  ).toBe(1);
  await vi.waitFor(() => expect(stream.events()).toContainEqual(['session_revoked', 'revoked']), 5_000);

  expect((await mutate('session.revokeOthers', { cookie: here.cookie })).status).toBe(200);
  const refused = await call('/trpc/account.me', { headers: { cookie: there.cookie } });
  expect([refused.status, await reasonOf(refused)]).toEqual([401, 'session_revoked']);
  await stream.ended;
  expect(stream.events().at(-1)).toEqual(['session_revoked', 'revoked_others']);
  expect(stream.heard.at(-1)?.event).toBe('return');
  expect((await call('/trpc/session.events', { headers: { cookie: there.cookie } })).status).toBe(401);

  await vi.waitFor(() => expect(own.events()).toContainEqual(['session_revoked', 'revoked_others']), 5_000);
  expect((await call('/v1/session', { headers: { cookie: here.cookie } })).status).toBe(204);
  own.leave();
  await own.ended;
});

test('an account has five streams, and one that is left is free again', async () => {
  const { cookie } = await signIn();
  const streams = await Promise.all(Array.from({ length: 5 }, () => follow(cookie)));
  await vi.waitFor(() => expect(streams.every(({ heard }) => heard.length > 0)).toBe(true), 5_000);
  const sixth = await follow(cookie);
  expect(sixth.response.status).toBe(429);
  streams[0]?.leave();
  await vi.waitFor(async () => {
    const again = await follow(cookie);
    expect(again.response.status).toBe(200);
    again.leave();
  }, 5_000);
  for (const { leave } of streams) leave();
  await Promise.all(streams.map(({ ended }) => ended));
});

test('a changed password replaces the cookie, and the old one is over', async () => {
  const { cookie } = await signIn();
  const stream = await follow(cookie);
  await vi.waitFor(() => expect(stream.heard.length).toBeGreaterThan(0), 5_000);
  const input = { currentPassword: DEMO.password, newPassword: 'another honest passphrase 2' };
  const changed = await mutate('account.changePassword', { cookie }, input);
  const next = (changed.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  expect(changed.status).toBe(200);
  expect((await call('/v1/session', { headers: { cookie: next } })).status).toBe(204);
  expect((await call('/v1/session', { headers: { cookie } })).status).toBe(401);
  await stream.ended;
  expect(stream.events().at(-1)?.[1]).toBe('password_changed');
  await mutate(
    'account.changePassword',
    { cookie: next },
    { currentPassword: input.newPassword, newPassword: DEMO.password },
  );
});

test('a bearer needs neither cookie nor origin', async () => {
  const signedIn = await mutate(
    'session.signIn',
    { origin: '' },
    { email: DEMO.email, password: DEMO.password, transport: 'bearer' },
  );
  const { tokens } = (await dataOf(signedIn)) as { tokens: { accessToken: string; refreshToken: string } };
  const authorization = `Bearer ${tokens.accessToken}`;
  expect((await call('/trpc/account.me', { headers: { authorization } })).status).toBe(200);
  const asCookie = await call('/trpc/account.me', {
    headers: { cookie: `portcullis=${tokens.accessToken}` },
  });
  expect([asCookie.status, await reasonOf(asCookie)]).toEqual([401, 'token_invalid']);
  const refreshed = await mutate('session.refresh', { origin: '' }, { refreshToken: tokens.refreshToken });
  const renewed = ((await dataOf(refreshed))['tokens'] as { accessToken: string }).accessToken;
  expect((await call('/v1/session', { headers: { authorization: `Bearer ${renewed}` } })).status).toBe(204);
  expect((await mutate('session.signOut', { authorization, origin: '' })).status).toBe(200);
  expect((await call('/v1/session', { headers: { authorization } })).status).toBe(401);
});

test('a body above the limit is answered, although nobody read it', async () => {
  const response = await mutate('session.signIn', {}, { email: DEMO.email, password: 'x'.repeat(5_000_000) });
  expect(response.status).toBe(413);
});

test('the end of the process ends the streams', async () => {
  const { cookie } = await signIn();
  const stream = await follow(cookie);
  await vi.waitFor(() => expect(stream.heard.length).toBeGreaterThan(0), 5_000);
  container.deps.hub.close();
  await stream.ended;
  expect(stream.heard.at(-1)?.event).toBe('return');
});
