import { describe, expect, test } from 'vitest';
import { ACCOUNT, COOKIE, fixture, get, ORIGIN, refusalIn, SESSION } from './app.fixture.ts';

const BEARER = { authorization: 'Bearer v4.public.bearer' };
const dead = (reason: 'token_invalid' | 'session_missing' | 'session_revoked' | 'session_expired') => ({
  verification: { status: 'rejected' as const, reason },
});

describe('the plain routes', () => {
  test('a live session is told by headers alone', async () => {
    const response = await get(fixture().app, '/v1/session', BEARER);
    expect([
      response.status,
      response.headers.get('x-account-id'),
      response.headers.get('x-session-id'),
      await response.text(),
    ]).toEqual([204, ACCOUNT, SESSION, '']);
  });

  test('its headers are the same whether they are put on at once or one by one', async () => {
    const { app } = fixture();
    const of = async (headers: Record<string, string>) => {
      const { 'x-request-id': id, ...rest } = Object.fromEntries(
        (await get(app, '/v1/session', headers)).headers,
      );
      expect(id).toMatch(/^[\w-]{8,64}$/);
      return rest;
    };
    const atOnce = await of(BEARER);
    expect(atOnce).toEqual(await of({ ...BEARER, origin: 'https://unlisted.example' }));
    expect(atOnce['vary']).toBe('Origin');
    const listed = await of({ ...BEARER, origin: 'https://partner.example' });
    expect(listed['access-control-allow-origin']).toBe('https://partner.example');
  });

  test.each([
    ['session_revoked', dead('session_revoked'), COOKIE, 401],
    ['session_missing', {}, {}, 401],
    ['unavailable', { verification: { status: 'unavailable' as const, retryAfterMs: 300 } }, COOKIE, 503],
    ['input_invalid', {}, { ...COOKIE, ...BEARER }, 400],
  ])('a refusal there is a problem document: %s', async (reason, options, headers, status) => {
    const response = await get(fixture(options).app, '/v1/session', headers as Record<string, string>);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json',
    ]);
    expect(await response.json()).toMatchObject({ type: 'about:blank', status, reason });
    expect(response.headers.get(status === 401 ? 'www-authenticate' : 'x-request-id')).not.toBeNull();
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
  });

  test('the public keys, and which of them signs', async () => {
    expect(await (await get(fixture().app, '/v1/keys')).json()).toEqual({
      issuer: ORIGIN,
      audience: ORIGIN,
      keys: [
        { id: 'k4.pid.a', key: 'k4.public.a', signs: true },
        { id: 'k4.pid.b', key: 'k4.public.b', signs: false },
      ],
    });
  });

  test('a password manager is led to the page', async () => {
    expect((await get(fixture().app, '/.well-known/change-password')).headers.get('location')).toBe(
      `${ORIGIN}/change-password`,
    );
  });

  test('elsewhere there is nothing', async () => {
    const response = await get(fixture().app, '/v1/nothing');
    expect([response.status, ((await response.json()) as { reason: string }).reason]).toEqual([
      404,
      'not_found',
    ]);
  });
});

describe('an event stream', () => {
  test('is refused by its status', async () => {
    const gone = await get(fixture(dead('session_revoked')).app, '/trpc/session.events', COOKIE);
    expect([gone.status, (await refusalIn(gone))['reason']]).toEqual([401, 'session_revoked']);
    const away = await get(
      fixture({ verification: { status: 'unavailable', retryAfterMs: 1_000 } }).app,
      '/trpc/session.events',
      COOKIE,
    );
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('the sixth of an account is refused', async () => {
    const { app, deps } = fixture();
    const over = new AbortController();
    for (let i = 0; i < 5; i += 1)
      void deps.hub.open({ accountId: ACCOUNT, sessionId: SESSION }, over.signal).next();
    const response = await get(app, '/trpc/session.events', COOKIE);
    expect([response.status, (await refusalIn(response))['reason']]).toEqual([429, 'rate_limited']);
    over.abort();
  });
});
