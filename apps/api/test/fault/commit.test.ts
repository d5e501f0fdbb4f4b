import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@portcullis/devstack/postgres';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { changed, changedSessions, finishRedis } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Opened, rows } from '../support/people.ts';
import { freshDatabase, migrateAt } from '../support/template.ts';

const NEW = 'another passphrase 2';
/** As it goes over the wire. */
const COMMIT = 'COMMIT';

const status = async (by: Instance, { sessionId, accountId }: Opened) => {
  const verdict = await by.verify(sessionId, accountId);
  return verdict.status === 'rejected' ? verdict.reason : verdict.status;
};
const warm = (by: Instance, session: Opened) =>
  expect
    .poll(() => by.verify(session.sessionId, session.accountId), { timeout: 15_000 })
    .toMatchObject({ status: 'live', source: 'index' });
const epochOf = async (by: Instance, accountId: string) =>
  (await rows<{ epoch: string }>(by, 'SELECT epoch FROM portcullis.account WHERE id = ?', [accountId]))[0]
    ?.epoch;

describe('P2: a COMMIT that is not answered is settled by asking Postgres, or said to be unknown', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let proxy: TcpProxy;
  let other: Instance;
  let started: Instance[];
  let released: string[];
  let statuses: string[];

  /** One that reaches Postgres through the proxy, and whose releases and questions about a commit are noted. */
  const distant = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({
      databaseUrl: proxy.through(base.url),
      redisUrl: redis.url,
      index: changed((real) => ({
        release: (...args) => (released.push(...args[2]), real.release(...args)),
      })),
      sessions: changedSessions((real) => ({
        transactionStatus: async (...args) => {
          const answer = await real.transactionStatus(...args);
          statuses.push(answer);
          return answer;
        },
      })),
      ...options,
    });
    started.push(one);
    return one;
  };
  const prepare = async () => {
    const person = await makePerson(other);
    const session = await open(other, person);
    await warm(other, session);
    return { person, session, token: await mintLink(other, person) };
  };

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    other = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
  });
  beforeEach(async () => {
    [started, released, statuses] = [[], [], []];
    proxy = await startTcpProxyTo(base.url);
  });
  afterEach(async () => {
    proxy.mend();
    for (const one of started) await one.close();
    await proxy.stop();
  });
  afterAll(async () => {
    await other.authority.healer.sweep();
    await other.close();
    await finishRedis(redis);
    await base.drop();
  });

  it('P2, G3: Postgres committed and its answer was lost: the write says what it did, and releases its fence', async () => {
    const { person, session, token } = await prepare();
    const a = await distant();
    const cut = proxy.cutAfter(COMMIT, 'toServer');
    expect(await resetPassword(a.ctx(), { token, newPassword: NEW })).toEqual({ sessionsEnded: 1 });
    await cut;
    expect(statuses.at(-1)).toBe('committed');
    expect(released).toHaveLength(1);
    expect(await epochOf(other, person.accountId)).toBe('2');
    expect(await status(other, session)).toBe('session_revoked');
    expect(await status(a, session)).toBe('session_revoked');
  });

  it('P2, G3: COMMIT never arrived: nothing happened, and that is known', async () => {
    const { person, session, token } = await prepare();
    const a = await distant();
    const cut = proxy.cutOn(COMMIT, 'toServer', 'before');
    const refused = await resetPassword(a.ctx(), { token, newPassword: NEW }).catch(
      (error: unknown) => error,
    );
    await cut;
    expect(refused).toMatchObject({ reason: 'unavailable' });
    expect(refused).not.toHaveProperty('mayHaveTakenEffect', true);
    expect(statuses.at(-1)).toBe('aborted');
    expect(await epochOf(other, person.accountId)).toBe('1');
    await warm(other, session);
    expect(await resetPassword(other.ctx(), { token, newPassword: NEW })).toEqual({ sessionsEnded: 1 });
  });

  it('P2, G1, G8: the answer is held back and Postgres cannot be asked: unknown, and the fence stands', async () => {
    const { person, session, token } = await prepare();
    const a = await distant();
    const held = proxy.holdReplyTo(COMMIT, 'toServer');
    const ctx = { ...a.ctx(), deadlineMs: performance.now() + 3_000 };
    const refused = resetPassword(ctx, { token, newPassword: NEW }).catch((error: unknown) => error);
    await held;
    expect(await refused).toMatchObject({ reason: 'unavailable', mayHaveTakenEffect: true });
    // Released only after a known outcome: until somebody heals it, the index sends everybody to Postgres.
    expect(released).toEqual([]);
    expect(await epochOf(other, person.accountId)).toBe('2');
    expect(await status(other, session)).toBe('session_revoked');
  });

  // Two fail-overs may choose the same number for their timeline; a generation belongs to one branch only.
  it.each([
    { what: 'timeline', change: { timeline: '0000000A' } },
    { what: 'generation', change: { generation: 'registered-on-another-branch' } },
  ])('G1, P2: the same transaction under another $what tells nothing: unknown', async ({ change }) => {
    const { token } = await prepare();
    const a = await distant({
      sessions: changedSessions((real) => ({
        transactionStatus: async (xid, branch) => {
          const answer = await real.transactionStatus(xid, { ...branch, ...change });
          statuses.push(answer);
          return answer;
        },
      })),
    });
    void proxy.cutAfter(COMMIT, 'toServer');
    await expect(resetPassword(a.ctx(), { token, newPassword: NEW })).rejects.toMatchObject({
      reason: 'unavailable',
      mayHaveTakenEffect: true,
    });
    expect(statuses).toEqual(['unknown']);
    expect(released).toEqual([]);
  });
});

describe('P2: COMMIT waits for a standby as long as it takes, and is never cancelled', () => {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-commit-'));
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let redis: TestRedis;
  let admin: pg.Client;
  const asked: ('committed' | 'aborted' | 'in_progress' | 'unknown')[] = [];
  let a: Instance;
  let b: Instance;

  const standby = async (name: string) => {
    await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await admin.query('SELECT pg_reload_conf()');
    await expect
      .poll(async () => (await admin.query('SHOW synchronous_standby_names')).rows[0])
      .toEqual({ synchronous_standby_names: name });
  };
  const waiting = async (): Promise<number[]> =>
    (
      await admin.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = 'portcullis'",
      )
    ).rows.map(({ pid }) => pid);

  beforeAll(async () => {
    postgres = await startPostgres({ dir, settings: { max_connections: '60', log_min_messages: 'fatal' } });
    redis = await startTestRedis();
    await migrateAt(postgres.adminUrl);
    admin = new pg.Client({ connectionString: postgres.adminUrl });
    await admin.connect();
    // It waits for no standby itself, and polls of its own would.
    await admin.query('SET synchronous_commit = local');
    const options = { databaseUrl: postgres.adminUrl, redisUrl: redis.url, pollMs: 3_600_000 };
    a = await startInstance({
      ...options,
      sessions: changedSessions((real) => ({
        transactionStatus: async (...args) => {
          asked.push(await real.transactionStatus(...args));
          return asked.at(-1) ?? 'unknown';
        },
      })),
    });
    b = await startInstance(options);
  });
  afterAll(async () => {
    for (const one of [a, b]) await one.close();
    await admin.end();
    await postgres.destroy();
    await finishRedis(redis);
    rmSync(dir, { recursive: true, force: true });
  });

  it('P2: it outlasts the statement timeout and the request, which hears that it may have taken effect', async () => {
    const person = await makePerson(b);
    const session = await open(b, person);
    await warm(b, session);
    const token = await mintLink(b, person);
    await standby('nobody');
    // Longer than the 2 s that any other statement may take.
    const ctx = { ...a.ctx(), deadlineMs: performance.now() + 4_000 };
    const refused = resetPassword(ctx, { token, newPassword: NEW }).catch((error: unknown) => error);
    await expect.poll(waiting, { timeout: 15_000 }).toHaveLength(1);
    const [pid] = await waiting();
    // Not committed for anybody yet, and nobody may say "revoked" before it is.
    expect(await status(b, session)).toBe('live');
    expect(await refused).toMatchObject({ reason: 'unavailable', mayHaveTakenEffect: true });
    expect(await waiting()).toEqual([pid]);
    expect(await status(b, session)).toBe('live');
    await standby('');
    await expect.poll(() => status(b, session), { timeout: 15_000 }).toBe('session_revoked');
    await b.authority.healer.sweep();
  });

  it('P2: a wait that somebody cancels is a WARNING to an otherwise good COMMIT: asked, known, done', async () => {
    const person = await makePerson(b);
    const session = await open(b, person);
    await warm(b, session);
    const token = await mintLink(b, person);
    await standby('nobody');
    const done = resetPassword(a.ctx(), { token, newPassword: NEW });
    await expect.poll(waiting, { timeout: 15_000 }).toHaveLength(1);
    asked.length = 0;
    await admin.query('SELECT pg_cancel_backend($1)', [(await waiting())[0]]);
    expect(await done).toEqual({ sessionsEnded: 1 });
    expect(asked).toEqual(['committed']);
    expect(await status(b, session)).toBe('session_revoked');
    await standby('');
  });
});
