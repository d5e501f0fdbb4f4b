import { describe, expect, test } from 'vitest';
import { AuthError } from '../errors.ts';
import { COOKIE, fixture, get, post, refusalIn, signInInput } from './app.fixture.ts';

const BEARER = { authorization: 'Bearer v4.public.bearer' };
const dead = (reason: 'token_invalid' | 'session_missing' | 'session_revoked' | 'session_expired') => ({
  verification: { status: 'rejected' as const, reason },
});
const failing = (error: unknown) => ({
  deps: { db: { read: () => Promise.reject(error), write: () => Promise.reject(error) } },
});

describe('a refusal', () => {
  test.each([
    ['session_missing', {}, {}, 401, 'UNAUTHORIZED'],
    ['token_invalid', dead('token_invalid'), COOKIE, 401, 'UNAUTHORIZED'],
    ['session_missing', dead('session_missing'), BEARER, 401, 'UNAUTHORIZED'],
    ['session_revoked', dead('session_revoked'), COOKIE, 401, 'UNAUTHORIZED'],
    ['session_expired', dead('session_expired'), BEARER, 401, 'UNAUTHORIZED'],
    [
      'unavailable',
      { verification: { status: 'unavailable' as const, retryAfterMs: 1_200 } },
      COOKIE,
      503,
      'SERVICE_UNAVAILABLE',
    ],
  ])('%s', async (reason, options, headers, status, code) => {
    const response = await get(fixture(options).app, '/trpc/account.me', headers as Record<string, string>);
    expect(response.status).toBe(status);
    expect(await refusalIn(response)).toEqual({
      code,
      httpStatus: status,
      reason,
      requestId: response.headers.get('x-request-id'),
      ...(status === 503 ? { retryAfterMs: 1_200 } : {}),
    });
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '2' : null);
  });

  test('names each wrong field with a code', async () => {
    const input = { email: 'nowhere', password: ['x'], isAdmin: true };
    const response = await post(fixture().app, 'session.signIn', input);
    expect(response.status).toBe(400);
    expect((await refusalIn(response))['fields']).toEqual({
      email: 'malformed',
      password: 'wrong_type',
      isAdmin: 'unrecognized',
    });
  });

  test.each([
    [{}, { email: 'required', password: 'required' }],
    [{ email: 'a@b.test', password: '' }, { password: 'required' }],
    [{ email: 'a@b.test', password: 'x\u0000' }, { password: 'not_storable' }],
    [{ email: 'a@b.test', password: 'x', transport: 'pigeon' }, { transport: 'not_allowed' }],
    [[], { input: 'wrong_type' }],
    ['null', { input: 'wrong_type' }],
  ])('of %j', async (input, fields) => {
    expect((await refusalIn(await post(fixture().app, 'session.signIn', input)))['fields']).toEqual(fields);
  });

  test('tells the rules that a password breaks', async () => {
    const { app } = fixture({ deps: { judgePassword: () => Promise.resolve(['common', 'context']) } });
    const refusal = await refusalIn(await post(app, 'account.signUp', { email: 'a@b.test', password: 'x' }));
    expect(refusal).toMatchObject({
      reason: 'password_rejected',
      code: 'BAD_REQUEST',
      rules: ['common', 'context'],
    });
  });

  test('says when to come back', async () => {
    const { app } = fixture({
      deps: {
        limiter: { consume: () => Promise.reject(new AuthError('rate_limited', { retryAfterMs: 61_001 })) },
      },
    });
    const response = await post(app, 'session.signIn', signInInput());
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '62']);
    expect(await refusalIn(response)).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      reason: 'rate_limited',
      retryAfterMs: 61_001,
    });
  });

  test('says that the password has to be proven again, and how recently', async () => {
    const { app } = fixture({
      deps: {
        authority: {
          verify: fixture().deps.authority.verify,
          databaseNow: () => new Date('2026-11-24T11:00:00Z'),
        },
      },
    });
    const response = await post(app, 'account.requestEmailChange', { newEmail: 'a@b.test' }, COOKIE);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", max_age="600"',
    );
    expect((await refusalIn(response))['reason']).toBe('step_up_required');
  });

  test('says when the write may have happened all the same', async () => {
    const { app, logged } = fixture(
      failing(new AuthError('unavailable', { mayHaveTakenEffect: true, cause: new Error('reset by peer') })),
    );
    const response = await post(app, 'account.requestPasswordReset', { email: 'a@b.test' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refusalIn(response)).toMatchObject({ reason: 'unavailable', mayHaveTakenEffect: true });
    expect(logged.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('shows nothing of an error that nobody foresaw, and logs it under the id that it shows', async () => {
    const { app, logged } = fixture(failing(new TypeError('select * from secret.table failed')));
    const response = await post(app, 'session.signIn', signInInput());
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      error: {
        message: 'Something went wrong.',
        code: -32603,
        data: {
          code: 'INTERNAL_SERVER_ERROR',
          httpStatus: 500,
          reason: 'internal',
          requestId: response.headers.get('x-request-id'),
        },
      },
    });
    const [entry] = logged.filter(({ level }) => level === 'error');
    expect(entry?.fields).toMatchObject({
      requestId: response.headers.get('x-request-id'),
      procedure: 'session.signIn',
      err: { message: 'select * from secret.table failed' },
    });
  });

  test('shows nothing of an output that breaks its contract', async () => {
    const { app } = fixture({
      deps: {
        db: {
          read: () =>
            Promise.resolve({ id: 'no uuid', email: 'person@example.test', createdAt: new Date(0) }),
        },
      },
    });
    const response = await get(app, '/trpc/account.me', COOKIE);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('uuid');
  });

  test('shows nothing of an error outside the procedures', async () => {
    const { app, logged } = fixture({
      deps: { authority: { verify: () => Promise.reject(new Error('inner')) } },
    });
    const response = await get(app, '/v1/session', COOKIE);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Something went wrong.',
      status: 500,
      reason: 'internal',
      requestId: response.headers.get('x-request-id'),
    });
    expect(logged.some(({ level }) => level === 'error')).toBe(true);
  });
});
