import { describe, expect, test } from 'vitest';
import { cookieValues } from './cookies.ts';
import { COOKIE, fixture, get, post, PASSWORD, SESSION, signInInput } from './app.fixture.ts';

const BEARER = { authorization: 'Bearer v4.public.bearer' };
const dead = (reason: 'token_invalid' | 'session_missing' | 'session_revoked' | 'session_expired') => ({
  verification: { status: 'rejected' as const, reason },
});

describe('cookies', () => {
  const cookiesOf = (response: Response) => response.headers.getSetCookie();
  const SIGNED_IN = '__Host-portcullis=v4.public.cookie; Path=/; HttpOnly; Secure; SameSite=Lax';
  const DEVICE =
    /^__Host-portcullis-device=1\.\d+\.[\w-]{22}\.[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/;
  const CLEARED = '__Host-portcullis=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax';

  test('the token is in the cookie only', async () => {
    const { app, signIns } = fixture();
    const response = await post(app, 'session.signIn', signInInput());
    expect(cookiesOf(response)).toEqual([SIGNED_IN, expect.stringMatching(DEVICE)]);
    expect(await response.text()).not.toContain('v4.public');
    expect(signIns).toEqual(['signed_in']);
  });

  test('lives as long as its session when the browser is to remember it', async () => {
    const response = await post(
      fixture({ signIn: { remember: true, transport: 'cookie' } }).app,
      'session.signIn',
      signInInput({ remember: true }),
    );
    expect(cookiesOf(response)).toEqual([
      SIGNED_IN.replace('; Path', '; Max-Age=3600; Path'),
      expect.stringMatching(DEVICE),
    ]);
  });

  test('a bearer gets tokens and no cookie', async () => {
    const response = await post(
      fixture({ signIn: { remember: false, transport: 'bearer' } }).app,
      'session.signIn',
      signInInput({ transport: 'bearer' }),
      { origin: '' },
    );
    expect(cookiesOf(response)).toEqual([]);
    const { result } = (await response.json()) as { result: { data: { tokens: object } } };
    expect(result.data.tokens).toEqual({
      accessToken: 'v4.public.bearer',
      accessTokenExpiresAt: '2026-11-24T10:10:00.000Z',
      refreshToken: `${SESSION}.${'r'.repeat(43)}`,
    });
  });

  test('without TLS the plain name counts, and only that', async () => {
    const { app, verified } = fixture({ settings: { secureCookies: false } });
    expect(cookiesOf(await post(app, 'session.signIn', signInInput()))).toEqual([
      'portcullis=v4.public.cookie; Path=/; HttpOnly; SameSite=Lax',
      expect.stringMatching(/^portcullis-device=\S+; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    await get(app, '/trpc/account.me', { cookie: '__Host-portcullis=one; portcullis=two' });
    expect(verified).toEqual([{ token: 'two', purpose: 'cookie' }]);
  });

  test('with TLS the plain name does not count', async () => {
    const { app, verified } = fixture();
    await get(app, '/trpc/account.me', { cookie: 'portcullis=two; __Host-portcullis=one' });
    expect(verified).toEqual([{ token: 'one', purpose: 'cookie' }]);
    expect((await get(app, '/trpc/account.me', { cookie: 'portcullis=two' })).status).toBe(401);
  });

  test('an access token is verified as one', async () => {
    const { app, verified } = fixture();
    await get(app, '/trpc/account.me', { authorization: 'bearer  v4.public.x' });
    await get(app, '/trpc/account.me', { authorization: 'Basic dXNlcjpwYXNz' });
    expect(verified).toEqual([{ token: 'v4.public.x', purpose: 'bearer' }]);
  });

  test('a sign-up sets the cookie of its registration, a confirmation takes it away', async () => {
    const row = {
      id: 'x',
      passwordHash: '$',
      cookieHash: Buffer.alloc(32),
      email: 'a@b.test',
      emailKey: 'a@b.test',
      expiresAt: new Date(0),
    };
    const { app } = fixture();
    const secret = Buffer.alloc(32, 7).toString('base64url');
    expect(cookiesOf(await post(app, 'account.signUp', { email: 'a@b.test', password: PASSWORD }))).toEqual([
      `__Host-portcullis-registration=${secret}; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ]);
    const confirming = fixture({
      deps: { db: { read: () => Promise.resolve(row), write: () => Promise.resolve([{}]) } },
    });
    const confirmed = await post(confirming.app, 'account.verifyEmail', {
      token: 't'.repeat(43),
      password: PASSWORD,
    });
    expect(cookiesOf(confirmed)).toEqual([
      '__Host-portcullis-registration=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  test.each([
    ['session.signOut', undefined],
    ['session.revokeAll', undefined],
    ['session.revoke', { sessionId: SESSION }],
    ['account.delete', { password: PASSWORD }],
  ])('%s takes the cookie and the cache away', async (path, input) => {
    const response = await post(fixture().app, path, input, COOKIE);
    expect(response.status).toBe(200);
    expect(cookiesOf(response)).toEqual([CLEARED]);
    expect(response.headers.get('clear-site-data')).toBe('"cache"');
  });

  test.each([
    ['session.revokeOthers', undefined],
    ['session.revoke', { sessionId: 'T'.repeat(43) }],
  ])('%s of others leaves it', async (path, input) => {
    expect(cookiesOf(await post(fixture().app, path, input, COOKIE))).toEqual([]);
  });

  test('a sign-out of a session that is over takes it away all the same; another call does not', async () => {
    const { app } = fixture(dead('session_revoked'));
    const response = await post(app, 'session.signOut', undefined, COOKIE);
    expect([response.status, cookiesOf(response)]).toEqual([401, [CLEARED]]);
    expect(cookiesOf(await post(app, 'session.revokeAll', undefined, COOKIE))).toEqual([]);
  });

  test('an outage takes nothing away', async () => {
    const { app } = fixture({ verification: { status: 'unavailable', retryAfterMs: 1_000 } });
    const response = await post(app, 'session.signOut', undefined, COOKIE);
    expect([response.status, cookiesOf(response)]).toEqual([503, []]);
  });

  test('a bearer who signs out is told of no cookie', async () => {
    expect(cookiesOf(await post(fixture().app, 'session.signOut', undefined, BEARER))).toEqual([]);
  });
});

describe('a name that only looks like ours', () => {
  const name = '__Host-portcullis';

  test.each(['\u00a0', '\ufeff', '\u2003', '\u000b', '\u000c', '\u0085'])(
    'with %j before it is another name: browsers let other hosts set it',
    (space) => {
      expect(cookieValues(`${space}${name}=tossed`, name)).toEqual([]);
      expect(cookieValues(`a=b;${space}${name}=tossed; ${name}=own`, name)).toEqual(['own']);
    },
  );

  test('spaces and tabs stand around a pair', () => {
    expect(cookieValues(`a=b;\t ${name}=own ; c=d`, name)).toEqual(['own']);
  });
});
