import { startTcpProxyTo } from '@portcullis/devstack/tcp-proxy';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { changedLeases, finishRedis, generationOf } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, open, type Opened, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const LEASE_MS = 6_000;
const NEVER = 3_600_000;

describe('P5: a lease, and the generation it is on', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let started: Instance[];

  const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, ...options });
    started.push(one);
    return one;
  };
  const warm = (by: Instance, { sessionId, accountId }: Opened) =>
    expect
      .poll(() => by.verify(sessionId, accountId), { timeout: 15_000 })
      .toMatchObject({ status: 'live', source: 'index' });
  const status = async (by: Instance, { sessionId, accountId }: Opened) => {
    const verdict = await by.verify(sessionId, accountId);
    return verdict.status === 'rejected' ? verdict.reason : verdict.status;
  };
  const leases = (by: Instance) =>
    rows<{ instance_id: string; generation: string }>(
      by,
      'SELECT instance_id, generation FROM portcullis.index_lease ORDER BY instance_id',
    );
  const current = async (by: Instance) =>
    (
      await rows<{ generation: string; replication_ids: string[] | null; leases_complete: boolean }>(
        by,
        'SELECT generation, replication_ids, leases_complete FROM portcullis.index_generation',
      )
    )[0];
  /** One whose polls can be made to hang: it keeps its lease, and hears of nothing. */
  const deaf = async () => {
    const state = { hangs: false };
    const one = await instance({
      leaseMs: LEASE_MS,
      leases: changedLeases((real) => ({
        poll: (report) => (state.hangs ? Promise.reject(new Error('hangs')) : real.poll(report)),
      })),
    });
    return { one, state };
  };

  beforeEach(async () => {
    started = [];
    base = await freshDatabase();
    redis = await startTestRedis();
  });
  afterEach(async () => {
    for (const one of started) await one.close();
    await finishRedis(redis);
    await base.drop();
  });

  it('P5: a poll waits for a registration under way, and never extends a lease on what it replaced', async () => {
    const a = await instance({ pollMs: NEVER });
    const old = generationOf(a).name;
    const report = { instanceId: 'slow', generation: old, reachesIndex: true, leaseMs: LEASE_MS };
    let reply: ReturnType<typeof a.leases.poll> | undefined;
    await a.db.write(performance.now() + 20_000, async (tx) => {
      await tx.execute("UPDATE portcullis.index_generation SET generation = 'the-next-one'");
      reply = a.leases.poll(report);
      const waiting = `SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lease' AND wait_event_type = 'Lock'`;
      await expect.poll(() => rows(a, waiting)).toHaveLength(1);
    });
    expect(await reply).toMatchObject({ extended: false, generation: { name: 'the-next-one' } });
    expect((await leases(a)).map((row) => row.instance_id)).not.toContain('slow');
  });

  it('P5: adopt, then report: the row moves only once its instance says that it uses the next one', async () => {
    const replies: string[] = [];
    let lost = false;
    const a = await instance({
      pollMs: NEVER,
      leases: changedLeases((real) => ({
        poll: async (report) => {
          const reply = await real.poll(report);
          replies.push(`${report.generation ?? 'none'} ${reply.extended}`);
          if (lost) throw new Error('the reply was lost');
          return reply;
        },
      })),
    });
    const old = generationOf(a).name;
    await rows(a, "UPDATE portcullis.index_generation SET generation = 'the-next-one'");
    lost = true;
    await a.authority.lease.pollOnce();
    // It still trusts the one before: everybody else must be able to see that.
    expect(generationOf(a).name).toBe(old);
    expect((await leases(a)).map((row) => row.generation)).toEqual([old]);
    lost = false;
    replies.length = 0;
    await a.authority.lease.pollOnce();
    expect(replies).toEqual([`${old} false`, 'the-next-one true']);
    expect((await leases(a)).map((row) => row.generation)).toEqual(['the-next-one']);
  });

  it('P5: one poll at a time: whoever asks for one joins the one under way', async () => {
    let polls = 0;
    let most = 0;
    const a = await instance({
      pollMs: NEVER,
      leases: changedLeases((real) => ({
        poll: async (report) => {
          most = Math.max(most, ++polls);
          return real.poll(report).finally(() => (polls -= 1));
        },
      })),
    });
    await Promise.all(Array.from({ length: 10 }, () => a.authority.lease.pollOnce()));
    expect(most).toBe(1);
  });

  it('P5: a lease counts from before the poll was sent, and a twentieth shorter than its row', async () => {
    let sentAtMs = 0;
    let answeredAtMs = 0;
    const a = await instance({
      pollMs: NEVER,
      leaseMs: LEASE_MS,
      leases: changedLeases((real) => ({
        poll: async (report) => {
          sentAtMs = performance.now();
          const reply = await real.poll(report);
          answeredAtMs = performance.now();
          return reply;
        },
      })),
    });
    await a.authority.lease.pollOnce();
    const end = a.authority.lease.trust()?.leaseEndsAtMs ?? Number.NaN;
    expect(end).toBeLessThanOrEqual(sentAtMs + LEASE_MS * 0.95);
    expect(end).toBeGreaterThan(answeredAtMs);
  });

  it('P5: a registration gives up a lock it does not get, lets the writers go on, and comes back with jitter', async () => {
    let fractions = 0;
    const refused: boolean[] = [];
    await instance({
      pollMs: 500,
      fraction: () => ((fractions += 1), 0.5),
      leases: changedLeases((real) => ({
        register: async (registration) => {
          const done = await real.register(registration);
          if (!done) refused.push(done);
          return done;
        },
      })),
    });
    const b = await instance();
    const session = await open(b, await makePerson(b));
    await b.db.write(performance.now() + 20_000, async (tx) => {
      await tx.execute('SELECT pg_advisory_xact_lock_shared(8097, 1)');
      await rows(b, "UPDATE portcullis.index_generation SET postgres_timeline = 'another'");
      await expect.poll(() => refused.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
      expect(fractions).toBeGreaterThan(0);
    });
    await expect.poll(() => status(b, session)).toBe('live');
    await expect
      .poll(
        () => rows(b, "SELECT 1 AS one FROM portcullis.index_generation WHERE postgres_timeline = 'another'"),
        {
          timeout: 15_000,
        },
      )
      .toEqual([]);
  });

  it('P5, W9, G1: after a change of the Postgres history, which may have lost lease rows, a whole lease is waited for', async () => {
    const a = await instance({ leaseMs: LEASE_MS });
    const { one: unseen, state } = await deaf();
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    await warm(unseen, session);
    const caller = await a.as(session.sessionId, session.accountId);
    const old = generationOf(unseen).name;
    state.hangs = true;
    // As on a standby that was promoted before the lease arrived there.
    await rows(
      a,
      "UPDATE portcullis.index_generation SET postgres_timeline = 'of the primary that was lost'",
    );
    await rows(a, 'DELETE FROM portcullis.index_lease');
    await expect.poll(() => generationOf(a).name, { timeout: 15_000 }).not.toBe(old);
    await expect.poll(() => leases(a)).toMatchObject([{ generation: generationOf(a).name }]);
    // Every row that is left is on the next generation; the one whose row was lost still serves from the one before.
    await warm(unseen, session);
    await revokeAll(caller);
    expect(await status(unseen, session)).toBe('session_revoked');
    expect(await status(a, session)).toBe('session_revoked');
    expect(generationOf(unseen).name).toBe(old);
    // Once every lease of the lost history has run out, rows tell the whole truth again.
    await expect.poll(async () => (await current(a))?.leases_complete, { timeout: 15_000 }).toBe(true);
  });

  it('P5, G1: two generations in a row: nobody who holds a lease on the first is forgotten', async () => {
    const a = await instance({ leaseMs: LEASE_MS });
    const { one: behind, state } = await deaf();
    const session = await open(a, await makePerson(a));
    await warm(behind, session);
    const caller = await a.as(session.sessionId, session.accountId);
    state.hangs = true;
    for (const name of ['the-second', 'the-third'])
      await rows(a, 'UPDATE portcullis.index_generation SET generation = ?', [name]);
    await revokeAll(caller);
    expect(await status(behind, session)).toBe('session_revoked');
    expect(generationOf(behind).name).not.toBe('the-third');
  });

  it('P6: one that alone cannot reach a Redis which others reach says so, registers nothing and ends no session', async () => {
    const proxy = await startTcpProxyTo(redis.url, 6379);
    const a = await instance();
    const cut = await instance({ redisUrl: proxy.through(redis.url), pollMs: 200 });
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    const generation = await current(a);
    const caller = await cut.as(session.sessionId, session.accountId);
    proxy.refuse();
    await expect.poll(() => cut.authority.lease.reachesIndex(), { timeout: 15_000 }).toBe(false);
    const hasty = { ...caller, deadlineMs: performance.now() + 4_000 };
    await expect(revokeAll(hasty)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(await status(cut, session)).toBe('live');
    expect(await current(a)).toEqual(generation);
    expect(await status(a, session)).toBe('live');
    proxy.mend();
    await expect.poll(() => cut.authority.lease.reachesIndex(), { timeout: 15_000 }).toBe(true);
    await revokeAll({ ...caller, deadlineMs: performance.now() + 10_000 });
    expect(await status(a, session)).toBe('session_revoked');
    // It goes before its proxy: a client without a server is no leak of the test.
    await cut.close();
    started.splice(started.indexOf(cut), 1);
    await proxy.stop();
  });
});
