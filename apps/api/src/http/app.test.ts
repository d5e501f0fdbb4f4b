import { describe, expect, test } from 'vitest';
import { ACCOUNT, COOKIE, fixture, get, post, SESSION, signInInput } from './app.fixture.ts';

describe('an answer', () => {
  test('holds the output and nothing else', async () => {
    const response = await get(fixture().app, '/trpc/account.me', COOKIE);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      result: {
        data: {
          account: {
            id: ACCOUNT,
            email: 'person@example.test',
            name: null,
            emailVerified: true,
            createdAt: '2026-11-24T10:00:00.000Z',
          },
          session: {
            id: SESSION,
            createdAt: '2026-11-24T10:00:00.000Z',
            authenticatedAt: '2026-11-24T10:00:00.000Z',
            expiresAt: '2026-11-24T10:00:02.000Z',
          },
        },
      },
    });
  });

  test.each([
    ['a result', (app: App) => get(app, '/trpc/account.me', COOKIE), 200],
    ['no credential', (app: App) => get(app, '/trpc/account.me'), 401],
    [
      'a foreign origin',
      (app: App) => post(app, 'session.signIn', signInInput(), { origin: 'https://evil.test' }),
      403,
    ],
    ['no procedure', (app: App) => get(app, '/trpc/nothing'), 404],
    ['no route', (app: App) => get(app, '/nothing'), 404],
    ['another method', (app: App) => app.request('/trpc/account.me', { method: 'PUT' }), 405],
    ['another method of a route', (app: App) => app.request('/v1/keys', { method: 'DELETE' }), 405],
    ['a large body', (app: App) => post(app, 'session.signIn', 'x'.repeat(70_000)), 413],
    ['another type', (app: App) => post(app, 'session.signIn', '{}', { 'content-type': 'text/plain' }), 415],
    ['a live session', (app: App) => get(app, '/v1/session', COOKIE), 204],
    ['a redirect', (app: App) => get(app, '/.well-known/change-password'), 303],
  ])('carries its headers: %s', async (_what, call, status) => {
    const response = await call(fixture().app);
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[\w-]{8,64}$/),
    });
    for (const name of ['server', 'x-powered-by', 'access-control-allow-origin'])
      expect(response.headers.has(name)).toBe(false);
  });

  test('needs no input where all of it may be left out', async () => {
    const { app } = fixture({ deps: { db: { read: () => Promise.resolve([]) } } });
    for (const query of ['', '?input=', '?input={}', `?input=${encodeURIComponent('{"limit":5}')}`])
      expect((await get(app, `/trpc/account.activity${query}`, COOKIE)).status).toBe(200);
    expect((await get(app, '/trpc/account.activity?input=null', COOKIE)).status).toBe(400);
  });

  test('speaks of TLS only under https', async () => {
    const response = await get(fixture({ settings: { secureCookies: false } }).app, '/nothing');
    expect(response.headers.has('strict-transport-security')).toBe(false);
  });

  test('is counted under the name of its procedure, never under what was asked for', async () => {
    const { app, requests } = fixture();
    await get(app, '/trpc/account.me', COOKIE);
    await get(app, '/trpc/account.me,session.list?batch=1', COOKIE);
    await get(app, '/trpc/whatever');
    await get(app, '/whatever');
    expect(requests.map(({ route }) => route)).toEqual(['account.me', 'batch', 'unknown', 'unknown']);
  });
});

type App = ReturnType<typeof fixture>['app'];
