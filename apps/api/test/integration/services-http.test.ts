import { introspection, problemDetails, verifyResponse } from '@portcullis/contracts/services';
import { createClient as redisClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PUBLIC_URL, type ServicesFixture, startServices } from '../support/services-fixture.ts';

let service: ServicesFixture;

beforeAll(async () => {
  service = await startServices();
});
afterAll(() => service.close());

const results = async (response: Response) => {
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return verifyResponse.parse(await response.json()).results;
};
const problem = async (response: Response) => problemDetails.parse(await response.json());
const badTokens = async () => {
  const over = await service.signIn('bearer');
  await service.signOut(over);
  const live = await service.signIn('bearer');
  const [head, purpose, body = '', footer] = live.token.split('.');
  const forged = `${body.slice(0, 8)}${body[8] === 'A' ? 'B' : 'A'}${body.slice(9)}`;
  return {
    revoked: over.token,
    forged: [head, purpose, forged, footer].join('.'),
    refresh: live.refreshToken,
    sessionId: live.id,
    garbage: 'not a token',
    long: 'x'.repeat(5_000),
  };
};

describe('POST /v1/verify', () => {
  test('tells what holds of each token, whatever its transport, in their order', async () => {
    const [cookie, bearer, over] = [
      await service.signIn('cookie'),
      await service.signIn('bearer'),
      await service.signIn('bearer'),
    ];
    await service.signOut(over);
    const found = await results(
      await service.verify([
        bearer.token,
        'garbage',
        cookie.token,
        over.token,
        bearer.token,
        over.refreshToken,
      ]),
    );
    expect(found.map((one) => (one.active === true ? one.session.id : one))).toEqual([
      bearer.id,
      { active: false, reason: 'invalid' },
      cookie.id,
      { active: false, reason: 'revoked' },
      bearer.id,
      { active: false, reason: 'invalid' },
    ]);
    expect(found[0]).toMatchObject({ account: { emailVerified: true } });
  });

  test('G1 a session that was ended before the call is never active, filled into the index or not', async () => {
    for (const warm of [true, false]) {
      const sessions = await Promise.all([service.signIn('cookie'), service.signIn('bearer')]);
      const tokens = sessions.map(({ token }) => token);
      if (warm)
        for (let n = 0; n < 3; n += 1)
          expect((await results(await service.verify(tokens))).every(({ active }) => active)).toBe(true);
      const keeper = await service.signIn('cookie');
      expect((await service.mutate('session.revokeOthers', { cookie: keeper.cookie })).status).toBe(200);
      expect(await results(await service.verify([...tokens, keeper.token]))).toEqual([
        { active: false, reason: 'revoked' },
        { active: false, reason: 'revoked' },
        expect.objectContaining({ active: true }),
      ]);
    }
  });

  test('a session that has expired is told apart from one that was ended', async () => {
    const session = await service.signIn('cookie');
    await service.query(
      `UPDATE portcullis.session SET expires_at = now() - interval '1 second', idle_expires_at = now() - interval '1 second' WHERE id = '${session.id}'`,
    );
    expect(await results(await service.verify([session.token]))).toEqual([
      { active: false, reason: 'expired' },
    ]);
  });

  test('P1 a batch costs one pipeline of Redis and at most one statement of Postgres', async () => {
    const sessions = [];
    for (let n = 0; n < 20; n += 1) sessions.push(await service.signIn('bearer'));
    const tokens = sessions.map(({ token }) => token);
    const statements: string[] = [];
    const { verifyPool } = service.container;
    const real = verifyPool.query.bind(verifyPool);
    Object.assign(verifyPool, {
      query: (...args: unknown[]) => {
        const [query] = args as [{ name?: string }];
        statements.push(query.name ?? 'unnamed');
        return (real as (...all: unknown[]) => unknown)(...args);
      },
    });
    const redis = redisClient({ url: service.redis.url });
    await redis.connect();
    try {
      const cold = await results(await service.verify(tokens));
      expect(cold.every(({ active }) => active === true)).toBe(true);
      expect(statements.filter((name) => /truth/.test(name))).toEqual(['portcullis_truths']);
      statements.length = 0;
      await redis.configResetStat();
      const warm = await results(await service.verify(tokens));
      expect(warm.every(({ active }) => active === true)).toBe(true);
      expect(statements.filter((name) => /truth/.test(name))).toEqual([]);
      const stats = await redis.info('stats');
      const reads = Number(/total_reads_processed:(\d+)/.exec(stats)?.[1]);
      const commands = await redis.info('commandstats');
      expect(Number(/cmdstat_evalsha:calls=(\d+)/.exec(commands)?.[1])).toBe(tokens.length);
      // Pings of the connections and these two questions are all that comes beside the one pipeline.
      expect(reads).toBeLessThan(tokens.length / 2);
    } finally {
      Reflect.deleteProperty(verifyPool, 'query');
      redis.destroy();
    }
  });

  test.each([
    ['no tokens', { tokens: [] }],
    ['too many', { tokens: Array.from({ length: 257 }, () => 'x') }],
    ['no list', { tokens: 'x' }],
    ['something unknown', { tokens: ['x'], level: 'weak' }],
  ])('%s: the request is refused as input_invalid', async (_, body) => {
    const response = await service.call('/v1/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...service.basic() },
      body: JSON.stringify(body),
    });
    expect([response.status, (await problem(response)).reason]).toEqual([400, 'input_invalid']);
  });

  test('G8 what cannot be decided is 503, or a third value for a caller that asks for it; never signed out', async () => {
    const { authority } = service.container.deps;
    const real = authority.verifyMany;
    const session = await service.signIn('bearer');
    authority.verifyMany = async (tokens) =>
      (await real(tokens)).map((one) =>
        one.status === 'live' ? one : { status: 'unavailable', retryAfterMs: 1_500 },
      );
    try {
      const whole = await service.verify([session.token, 'undecided']);
      expect([whole.status, whole.headers.get('retry-after')]).toEqual([503, '2']);
      expect((await problem(whole)).reason).toBe('unavailable');
      expect(await results(await service.verify([session.token, 'undecided'], { partial: true }))).toEqual([
        expect.objectContaining({ active: true }),
        { active: null, reason: 'unavailable' },
      ]);
      expect((await service.verify(['undecided'], { partial: true })).status).toBe(503);
      expect((await service.form('/v1/introspect', { token: 'undecided' })).status).toBe(503);
      expect((await service.form('/v1/revoke', { token: 'undecided' })).status).toBe(503);
    } finally {
      authority.verifyMany = real;
    }
  });

  test('256 tokens of the greatest length are read', async () => {
    const tokens = Array.from({ length: 256 }, (_, n) => `v4.public.${String(n).padEnd(2_038, 'x')}`);
    expect((await results(await service.verify(tokens))).every(({ active }) => active === false)).toBe(true);
  });
});

describe('POST /v1/introspect (RFC 7662)', () => {
  test('a live token of either transport is described', async () => {
    for (const transport of ['cookie', 'bearer'] as const) {
      const session = await service.signIn(transport);
      const response = await service.form('/v1/introspect', { token: session.token });
      expect(introspection.parse(await response.json())).toMatchObject({
        active: true,
        iss: PUBLIC_URL,
        aud: PUBLIC_URL,
        sid: session.id,
        token_type: transport === 'cookie' ? 'Cookie' : 'Bearer',
      });
    }
  });

  test('every bad token is answered by the very same bytes', async () => {
    const answers = [];
    for (const token of Object.values(await badTokens())) {
      const response = await service.form('/v1/introspect', { token, token_type_hint: 'access_token' });
      answers.push([response.status, response.headers.get('content-type'), await response.text()]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify([200, 'application/json', '{"active":false}'])]),
    );
  });

  test.each([
    ['no token', 'x=1', 400],
    ['a token given twice', 'token=a&token=b', 400],
  ])('%s is an invalid_request', async (_, body, status) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...service.basic() };
    const response = await service.call('/v1/introspect', { method: 'POST', headers, body });
    expect([response.status, (await problem(response)).error]).toEqual([status, 'invalid_request']);
  });

  test('JSON is not what the standard asks for', async () => {
    const headers = { 'content-type': 'application/json', ...service.basic() };
    const response = await service.call('/v1/introspect', { method: 'POST', headers, body: '{"token":"x"}' });
    expect(response.status).toBe(415);
  });
});

describe('POST /v1/revoke (RFC 7009)', () => {
  test.each(['token', 'refreshToken', 'cookie'] as const)(
    'G1 ends the session of a %s at once, and is 200 however often it is asked',
    async (kind) => {
      const session = await service.signIn(kind === 'cookie' ? 'cookie' : 'bearer');
      const sibling = await service.signIn('bearer');
      const token = kind === 'refreshToken' ? session.refreshToken : session.token;
      for (let n = 0; n < 3; n += 1) {
        const response = await service.form('/v1/revoke', { token });
        expect([response.status, await response.text()]).toEqual([200, '']);
        expect(await results(await service.verify([session.token, sibling.token]))).toEqual([
          { active: false, reason: 'revoked' },
          expect.objectContaining({ active: true }),
        ]);
      }
      const refreshed = await service.mutate(
        'session.refresh',
        { origin: '' },
        { refreshToken: session.refreshToken || `${session.id}.${'x'.repeat(43)}` },
      );
      expect(refreshed.status).toBe(401);
    },
  );

  test('a token that means nothing is 200 and ends nothing; the id of a session is no token', async () => {
    const session = await service.signIn('bearer');
    const made = `${session.id}.${'x'.repeat(43)}`;
    for (const token of ['garbage', session.id, made, 'x'.repeat(5_000)])
      expect((await service.form('/v1/revoke', { token })).status).toBe(200);
    expect((await results(await service.verify([session.token])))[0]).toMatchObject({ active: true });
  });

  test('the owner sees in the record which service ended the session', async () => {
    const session = await service.signIn('bearer');
    await service.form('/v1/revoke', { token: session.token });
    expect(
      await service.query(
        `SELECT type, actor, details FROM portcullis.audit_event WHERE session_id = '${session.id}' AND actor = 'service'`,
      ),
    ).toEqual([{ type: 'session_revoked', actor: 'service', details: { client: 'everything' } }]);
  });
});
