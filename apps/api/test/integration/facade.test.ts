import type { LiveSession } from '@portcullis/authority/ports';
import { NoIndex } from '@portcullis/authority/redis/session-index';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { buildContainer, type Container } from '../../src/container.ts';
import type { AuthError } from '../../src/errors.ts';
import { readinessOf } from '../../src/readiness.ts';
import { seedDemo } from '../../src/services/account/seed-demo.ts';
import { signIn } from '../../src/services/session/sign-in.ts';
import { disableAccount } from '../../src/services/account/set-disabled.ts';
import { UseRecorder } from '../../src/touch.ts';
import { freshDatabase } from '../support/template.ts';

const DEMO = { email: 'ada@example.test', password: 'correct-horse-battery-staple-42', name: 'Ada' };
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

let redis: TestRedis;
let database: TestDatabase;
const open: Container[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
  database = await freshDatabase();
});
afterEach(async () => {
  for (const container of open.splice(0)) await container.close();
});
afterAll(async () => {
  await database.drop();
  await redis.finish([/./]);
});

const instance = async (env: Record<string, string> = {}, start = true) => {
  const config = loadConfig({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
    PORTCULLIS_ARGON2_PASSES: '1',
    PORTCULLIS_RATE_LIMITS: 'relaxed',
    ...env,
  });
  const container = await buildContainer(config, { log: quiet });
  open.push(container);
  if (start) await container.start();
  if (start && container.redis !== null)
    await vi.waitFor(() => expect(container.authority.lease.reachesIndex()).toBe(true), 5_000);
  return container;
};
const ctxOf = ({ deps }: Container) => ({
  deps,
  requestId: 'test',
  ip: '192.0.2.1',
  userAgent: 'test',
  language: null,
  deadlineMs: deps.clock.monotonicMs() + 10_000,
});

/** The demo account, signed in for a cookie. */
const signedIn = async (container: Container) => {
  await seedDemo(ctxOf(container), DEMO);
  const { credential, account } = await signIn(ctxOf(container), {
    email: DEMO.email,
    password: DEMO.password,
    transport: 'cookie',
  });
  if (credential.transport !== 'cookie') throw new Error('asked for a cookie');
  return { accountId: account.id, session: credential.session, token: credential.cookieToken };
};
const metric = async ({ metrics }: Container, line: RegExp) =>
  (await metrics.registry.metrics()).split('\n').filter((text) => line.test(text));

test('a token is live, then counted and served from the index', async () => {
  const container = await instance();
  const { token, session, accountId } = await signedIn(container);
  const { authority } = container.deps;
  expect(await authority.verify(token, 'cookie')).toMatchObject({
    status: 'live',
    session: { sessionId: session.id, accountId },
  });
  await vi.waitFor(async () => {
    expect(await authority.verify(token, 'cookie')).toMatchObject({ status: 'live' });
    expect(await metric(container, /session_checks_total\{result="live",source="index"\}/)).toHaveLength(1);
  });
});

test('a token of another purpose, a broken one and one of other keys are token_invalid', async () => {
  const container = await instance();
  const { token } = await signedIn(container);
  const { authority } = container.deps;
  const rejected = { status: 'rejected', reason: 'token_invalid' };
  expect(await authority.verify(token, 'bearer')).toEqual(rejected);
  expect(await authority.verify(`${token}x`, 'cookie')).toEqual(rejected);
  expect(await authority.verify('', 'cookie')).toEqual(rejected);
  expect(
    await metric(container, /session_checks_total\{result="token_invalid",source="token"\} 3/),
  ).toHaveLength(1);
});

test('the token of an ended cookie session says expired, that of a bearer wants to be renewed', async () => {
  const container = await instance();
  const { accountId, session } = await signedIn(container);
  const past = { now: new Date(Date.now() - 7_200_000), expiresAt: new Date(Date.now() - 3_600_000) };
  for (const [purpose, reason] of [
    ['cookie', 'session_expired'],
    ['bearer', 'token_invalid'],
  ] as const) {
    const old = await container.deps.tokens.issue({ accountId, sessionId: session.id, purpose }, past);
    expect(await container.deps.authority.verify(old, purpose)).toEqual({ status: 'rejected', reason });
  }
});

test('a revocation is seen at once by another instance, and counted by its cause', async () => {
  const [a, b] = [await instance(), await instance()];
  const { token, accountId } = await signedIn(a);
  expect(await b.deps.authority.verify(token, 'cookie')).toMatchObject({ status: 'live' });
  await disableAccount(ctxOf(a), accountId);
  expect(await b.deps.authority.verify(token, 'cookie')).toEqual({
    status: 'rejected',
    reason: 'session_revoked',
  });
  expect(await metric(a, /revocations_total\{cause="account_disabled"\} 1/)).toHaveLength(1);
});

test('before the first poll nothing is known of the time, and a token is still checked', async () => {
  const container = await instance();
  const { token } = await signedIn(container);
  const early = await instance({}, false);
  expect(() => early.deps.authority.databaseNow()).toThrow(
    expect.objectContaining({ reason: 'unavailable' }) as AuthError,
  );
  expect(await early.deps.authority.verify(token, 'cookie')).toMatchObject({ status: 'live' });
  expect(await readinessOf(early, false)).toMatchObject({
    postgres: { status: 'ok' },
    lease: { status: 'failed' },
  });
});

const seenOf = async (container: Container, id: string) => {
  const sql = `SELECT (extract(epoch FROM clock_timestamp() - last_seen_at))::float8 AS age, (extract(epoch FROM idle_expires_at - clock_timestamp()))::float8 AS idle,
    (extract(epoch FROM expires_at - idle_expires_at))::float8 AS room FROM portcullis.session WHERE id = ?`;
  const rows = await container.deps.db.read((em) =>
    em.execute<{ age: number; idle: number; room: number }[]>(sql, [id]),
  );
  return rows[0] ?? { age: Number.NaN, idle: Number.NaN, room: Number.NaN };
};
const age = (container: Container, id: string, seconds: number) =>
  container.deps.db.read((em) =>
    em.execute(
      "UPDATE portcullis.session SET last_seen_at = last_seen_at - ? * interval '1 second', idle_expires_at = idle_expires_at - ? * interval '1 second' WHERE id = ?",
      [seconds, seconds, id],
      'run',
    ),
  );

test('P9: a use moves the idle end, and what the index held of it is read anew', async () => {
  const container = await instance();
  const { token, session } = await signedIn(container);
  await age(container, session.id, 600);
  expect(await container.deps.authority.verify(token, 'cookie')).toMatchObject({ status: 'live' });
  await vi.waitFor(async () => expect((await seenOf(container, session.id)).age).toBeLessThan(30));
  expect((await seenOf(container, session.id)).idle).toBeGreaterThan(43_100);
  // The copy from before the use is gone: the next answers carry the new end.
  await vi.waitFor(async () => {
    const verification = await container.deps.authority.verify(token, 'cookie');
    if (verification.status !== 'live') throw new Error('not live');
    expect(verification.session.idleExpiresAt - Date.now()).toBeGreaterThan(43_100_000);
  });
});

test('P9: a use that is recorded already is not recorded again', async () => {
  const container = await instance();
  const { token, session } = await signedIn(container);
  await age(container, session.id, 100);
  for (let n = 0; n < 5; n += 1) await container.deps.authority.verify(token, 'cookie');
  await container.verifyPool.query('SELECT 1');
  expect((await seenOf(container, session.id)).age).toBeGreaterThan(99);
});

test('P9: the idle end never passes the absolute end', async () => {
  const container = await instance({
    PORTCULLIS_SESSION_IDLE_SECONDS: '3600',
    PORTCULLIS_SESSION_ABSOLUTE_SECONDS: '3600',
    PORTCULLIS_ACCESS_TOKEN_SECONDS: '600',
  });
  const { token, session } = await signedIn(container);
  await age(container, session.id, 1_000);
  await container.deps.authority.verify(token, 'cookie');
  await vi.waitFor(async () => expect((await seenOf(container, session.id)).age).toBeLessThan(30));
  expect((await seenOf(container, session.id)).room).toBeGreaterThanOrEqual(0);
});

/** Records one use of a session that was found live a moment ago; resolves to the rows that changed. */
const recordUse = async (container: Container, accountId: string, sessionId: string) => {
  const now = container.deps.authority.databaseNow().getTime();
  const found: LiveSession = {
    sessionId,
    accountId,
    createdAt: now - 900_000,
    authenticatedAt: now,
    lastSeenAt: now - 600_000,
    idleExpiresAt: now + 42_600_000,
    expiresAt: now + 86_400_000,
  };
  const asked: Promise<pg.QueryResult>[] = [];
  const query = (statement: pg.QueryConfig) => {
    const answer = container.verifyPool.query(statement);
    asked.push(answer);
    return answer;
  };
  const released: string[] = [];
  const index = Object.assign(new NoIndex(), {
    release: async (_: unknown, account: string) => void released.push(account),
  });
  new UseRecorder({ pool: { query } as never, index, lease: container.authority.lease, log: quiet }).seen(
    found,
    now,
  );
  const rows = (await asked[0])?.rowCount ?? null;
  if (rows === 1) await vi.waitFor(() => expect(released).toEqual([accountId]));
  else expect(released).toEqual([]);
  return rows;
};

test.each<[string, number, string | null]>([
  ['is live', 1, null],
  ['was used meanwhile', 0, 'UPDATE portcullis.session SET last_seen_at = now() WHERE id = $1'],
  [
    'was revoked',
    0,
    "UPDATE portcullis.session SET revoked_at = now(), revoked_by = 'revoked' WHERE id = $1",
  ],
  [
    'is of an older epoch',
    0,
    'UPDATE portcullis.account a SET epoch = a.epoch + 1 FROM portcullis.session s WHERE s.id = $1 AND a.id = s.account_id',
  ],
  [
    'is of a disabled account',
    0,
    'WITH s AS (UPDATE portcullis.session SET epoch = epoch + 1 WHERE id = $1 RETURNING account_id, epoch) UPDATE portcullis.account a SET disabled_at = now(), epoch = s.epoch FROM s WHERE a.id = s.account_id',
  ],
  ['has expired', 0, "UPDATE portcullis.session SET expires_at = now() - interval '1 second' WHERE id = $1"],
  [
    'was idle for too long',
    0,
    "UPDATE portcullis.session SET idle_expires_at = now() - interval '1 second' WHERE id = $1",
  ],
  ['is gone', 0, 'DELETE FROM portcullis.session WHERE id = $1'],
])('P9: the use of a session that %s changes %i rows (G10)', async (_, rows, meanwhile) => {
  const container = await instance();
  const { session, accountId } = await signedIn(container);
  await age(container, session.id, 600);
  if (meanwhile !== null) await container.verifyPool.query(meanwhile, [session.id]);
  expect(await recordUse(container, accountId, session.id)).toBe(rows);
});

test('without Redis the instance is ready and says that it is slower', async () => {
  const container = await instance({ REDIS_URL: '' });
  const { token } = await signedIn(container);
  expect(await container.deps.authority.verify(token, 'cookie')).toMatchObject({ status: 'live' });
  expect(await readinessOf(container, false)).toEqual({
    process: { status: 'ok' },
    postgres: { status: 'ok' },
    lease: { status: 'ok' },
  });
  expect((await readinessOf(container, true))['process']).toMatchObject({ status: 'failed' });
});
