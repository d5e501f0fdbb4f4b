import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AuthError } from '../src/errors.ts';
import type { AuthClient, AuthClientOptions, Verification } from '../src/types.ts';
import { type Service, START_MS, startService } from './support/service.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, START_MS);
afterEach(() => service.proxy.mend());
afterAll(() => service.stop(), START_MS);

/** Deadlines that a test can wait for, and a busy machine can keep. */
const IMPATIENT = { timeoutMs: 1_500, deadlineMs: 3_000, retries: 1 };

/** A client that has answered once, so that its keys are known. */
const warmed = async (token: string, options: Partial<AuthClientOptions> = IMPATIENT) => {
  const auth = service.client(options);
  expect((await auth.verify(token)).ok).toBe(true);
  return auth;
};
const isUndecided = (outcome: Verification) => {
  expect(outcome).toMatchObject({ ok: false, decided: false, reason: 'unavailable', status: 503 });
  if (outcome.ok || outcome.decided) throw new Error('it was decided');
  expect(outcome.retryAfterMs).toBeGreaterThan(0);
  return outcome.cause;
};
const answered = async (auth: AuthClient, token: string) => {
  const error = await auth.requireSession(token).catch((thrown: unknown) => thrown as AuthError);
  const response = (error as AuthError).toResponse();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
};

describe('G8 G11 an auth service that cannot answer signs nobody in and nobody out', () => {
  test('down: 503 with Retry-After, the circuit opens, and closes when it is back', async () => {
    const { token } = await service.signIn();
    let tries = 0;
    const auth = await warmed(token, {
      ...IMPATIENT,
      breaker: { openAfter: 3, halfOpenAfterMs: 400 },
      fetch: (...args) => {
        tries += 1;
        return fetch(...args);
      },
    });
    service.proxy.refuse();
    for (let n = 0; n < 4; n += 1) isUndecided(await auth.verify(token));
    const answer = await answered(auth, token);
    expect([answer.status, Number(answer.retryAfter)]).toEqual([503, expect.any(Number)]);
    expect((await auth.health()).ok).toBe(false);
    const before = tries;
    const causes = [];
    for (let n = 0; n < 20; n += 1) causes.push(isUndecided(await auth.verify(token)));
    expect(causes).toContain('circuit_open');
    expect(tries - before).toBeLessThan(10);
    service.proxy.mend();
    await expect.poll(async () => (await auth.verify(token)).ok, { timeout: 20_000 }).toBe(true);
    expect((await auth.health()).circuit).toBe('closed');
  });

  test('slow: the deadline ends the wait', async () => {
    const { token } = await service.signIn();
    const auth = await warmed(token, { timeoutMs: 300, deadlineMs: 700 });
    service.proxy.pause();
    expect(isUndecided(await auth.verify(token))).toBe('timeout');
    service.proxy.mend();
    await expect.poll(async () => (await auth.verify(token)).ok, { timeout: 20_000 }).toBe(true);
  });

  test('flaky: a read that was lost is asked again, before and after it reached the service', async () => {
    const { token } = await service.signIn();
    const auth = await warmed(token, { timeoutMs: 5_000, deadlineMs: 20_000, retries: 3 });
    for (const when of ['before', 'after'] as const) {
      const cut = service.proxy.cutOn('/v1/verify', 'toServer', when);
      expect((await auth.verify(token)).ok).toBe(true);
      await cut;
    }
  });

  test('flaky: a write is sent once, and says that it may have been done', async () => {
    const { token } = await service.signIn();
    let writes = 0;
    const auth = await warmed(token, {
      timeoutMs: 5_000,
      deadlineMs: 20_000,
      retries: 3,
      fetch: (input, init) => {
        writes += typeof input === 'string' && input.endsWith('/v1/revoke') ? 1 : 0;
        return fetch(input, init);
      },
    });
    const cut = service.proxy.cutAfter('/v1/revoke', 'toServer');
    await expect(auth.sessions.end(token)).rejects.toMatchObject({
      reason: 'unavailable',
      status: 503,
      mayHaveTakenEffect: true,
    });
    await cut;
    expect(writes).toBe(1);
    await auth.sessions.end(token);
    expect(await auth.verify(token)).toMatchObject({ reason: 'session_revoked' });
  });

  test('of another version: an answer that is not understood is no answer', async () => {
    const { token } = await service.signIn();
    const answers: (object | string)[] = [
      { version: 2 },
      { results: [], at: new Date().toISOString() },
      { results: [{ active: 'yes' }], at: new Date().toISOString() },
      { results: [{ active: true }], at: new Date().toISOString() },
      '<html>',
      [],
    ];
    for (const answer of answers) {
      const logged: string[] = [];
      const auth = service.client({
        ...IMPATIENT,
        log: { warn: (_, message) => void logged.push(message) },
        fetch: async (input, init) => {
          const real = await fetch(input, init);
          if (!(typeof input === 'string' && input.endsWith('/v1/verify'))) return real;
          return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer));
        },
      });
      expect(isUndecided(await auth.verify(token))).toBe('protocol');
      expect(logged.join()).toContain('does not know');
    }
  });

  test('a client that the service refuses: 503 for its users, and a word in its log', async () => {
    const { token } = await service.signIn();
    const logged: string[] = [];
    const log = { warn: (_: object, message: string) => void logged.push(message) };
    const auth = service.client({ ...IMPATIENT, clientSecret: 'wrong', log });
    expect(isUndecided(await auth.verify(token))).toBe('client_refused');
    expect(await answered(auth, token)).toMatchObject({ status: 503 });
    expect(logged.join()).toContain('check its id, secret and scopes');
    expect(logged.join()).not.toContain('wrong');
    await expect(auth.introspect(token)).rejects.toMatchObject({ status: 503, outage: 'client_refused' });
  });

  test('a crowd behind a silent service is bounded', async () => {
    const { token } = await service.signIn();
    const auth = await warmed(token, { ...IMPATIENT, bulkhead: { concurrent: 1, queued: 10 } });
    service.proxy.pause();
    const crowd = await Promise.all(Array.from({ length: 50 }, () => auth.verify(token)));
    expect(crowd.map(isUndecided).filter((cause) => cause === 'queue_full')).toHaveLength(40);
  });

  test('whoever gives up is told at once', async () => {
    const { token } = await service.signIn();
    const auth = await warmed(token);
    service.proxy.pause();
    const over = new AbortController();
    const outcome = auth.verify(token, { signal: over.signal });
    over.abort();
    expect(isUndecided(await outcome)).toBe('timeout');
  });
});

test('a clock that is an hour wrong, either way, changes no strict answer', async () => {
  const [live, over] = [await service.signIn(), await service.signIn('cookie')];
  await service.signOut(over);
  for (const skewMs of [-3_600_000, 3_600_000]) {
    const auth = service.client({
      clock: { monotonicMs: () => performance.now() + skewMs, nowMs: () => Date.now() + skewMs },
    });
    expect((await auth.verify(live.token)).ok).toBe(true);
    expect(await auth.verify(over.token)).toMatchObject({ reason: 'session_revoked' });
    await auth.requireSession(live.token, { maxAgeSeconds: 600 });
  }
});

test('G1 a verification that begins after a revocation joins none that was sent before it', async () => {
  const who = await service.signIn();
  const auth = await warmed(who.token, { timeoutMs: 20_000, deadlineMs: 30_000 });
  const held = service.proxy.holdReplyTo('/v1/verify', 'toServer');
  const early = auth.verify(who.token);
  await held;
  await service.signOut(who);
  const late = auth.verify(who.token);
  service.proxy.mend();
  expect(await late).toMatchObject({ ok: false, reason: 'session_revoked' });
  // It was sent before the revocation, and may say what held then.
  await early;
  expect(await auth.verify(who.token)).toMatchObject({ ok: false, reason: 'session_revoked' });
});

describe('bounded', () => {
  const MAX_STALENESS_MS = 3_000;
  let feedProxy: TcpProxy;

  beforeAll(async () => {
    feedProxy = await startTcpProxyTo(service.url);
  });
  afterEach(() => feedProxy.mend());
  afterAll(() => feedProxy.stop());

  /** Asks the service straight, and follows the feed through a proxy of its own. */
  const bounded = () =>
    service.client({
      url: service.url,
      level: { bounded: { maxStalenessMs: MAX_STALENESS_MS } },
      fetch: (input, init) =>
        fetch(
          typeof input === 'string' && input.includes('/v1/events') ? feedProxy.through(input) : input,
          init,
        ),
    });
  const untilBounded = (auth: AuthClient, token: string) =>
    expect
      .poll(
        async () => {
          const outcome = await auth.verify(token);
          return outcome.ok && outcome.freshness.level;
        },
        { timeout: 25_000 },
      )
      .toBe('bounded');

  test('an answer is used again while the feed is live, says how stale it may be, and ends with a revocation', async () => {
    const [who, other] = [await service.signIn(), await service.signIn()];
    const auth = bounded();
    await untilBounded(auth, who.token);
    await untilBounded(auth, other.token);
    const outcome = await auth.verify(who.token);
    expect(outcome.ok && outcome.freshness.stalenessMs).toBeLessThanOrEqual(MAX_STALENESS_MS);
    await service.signOut(who);
    const endedMs = performance.now();
    let last = 0;
    await expect
      .poll(
        async () => {
          const begun = performance.now();
          const seen = await auth.verify(who.token);
          if (seen.ok) last = begun;
          return seen.ok;
        },
        { timeout: 20_000, interval: 20 },
      )
      .toBe(false);
    expect(last - endedMs).toBeLessThanOrEqual(MAX_STALENESS_MS);
    expect((await auth.verify(other.token)).ok).toBe(true);
  });

  test.each([
    ['silent', () => feedProxy.pause('toClient')],
    ['reset', () => feedProxy.refuse()],
    ['half open', () => (feedProxy.halfOpen(), feedProxy.cut())],
  ])(
    'a session that ends while the feed is %s is refused once the bound has passed, by a strict answer',
    async (_, cut) => {
      const who = await service.signIn();
      const auth = bounded();
      await untilBounded(auth, who.token);
      cut();
      await service.signOut(who);
      const endedMs = performance.now();
      let refused = false;
      for (let n = 0; n < 500 && !refused; n += 1) {
        const begun = performance.now();
        const outcome = await auth.verify(who.token);
        if (outcome.ok) {
          expect(outcome.freshness.level).toBe('bounded');
          expect(begun - endedMs).toBeLessThanOrEqual(MAX_STALENESS_MS);
          await new Promise((resolve) => setTimeout(resolve, 25));
        } else refused = true;
      }
      expect(refused).toBe(true);
      const next = await service.signIn();
      const strict = await auth.verify(next.token);
      await auth.verify(next.token);
      expect(strict.ok && strict.freshness.level).toBe('strict');
      feedProxy.mend();
      await untilBounded(auth, next.token);
      expect(await auth.verify(who.token)).toMatchObject({ reason: 'session_revoked' });
    },
  );

  test('while the feed is cut nothing is proven, and health says so', async () => {
    const { token } = await service.signIn();
    const auth = bounded();
    await untilBounded(auth, token);
    expect((await auth.health()).feed?.stalenessMs).toBeLessThan(MAX_STALENESS_MS);
    feedProxy.refuse();
    await expect.poll(async () => (await auth.health()).feed?.stalenessMs, { timeout: 20_000 }).toBeNull();
    expect(await auth.verify(token)).toMatchObject({ ok: true, freshness: { level: 'strict' } });
  });

  test('a bound that the feed could never prove is refused', () => {
    expect(() => service.client({ level: { bounded: { maxStalenessMs: 100 } } })).toThrow(TypeError);
  });
});
