import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { revokeAll, signOut } from '../../src/services/session/revoke.ts';
import { changed, finishRedis, rawClient } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Opened, type Person, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

describe('what Redis forgets, rolls back or never knew brings no session back', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let started: Instance[];

  const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, ...options });
    started.push(one);
    return one;
  };
  const reset = async (by: Instance, person: Person) =>
    resetPassword(by.ctx(), { token: await mintLink(by, person), newPassword: 'another passphrase 2' });
  const warm = (by: Instance, { sessionId, accountId }: Opened) =>
    expect
      .poll(() => by.verify(sessionId, accountId), { timeout: 15_000 })
      .toMatchObject({ status: 'live', source: 'index' });
  const status = async (by: Instance, { sessionId, accountId }: Opened) => {
    const verdict = await by.verify(sessionId, accountId);
    return verdict.status === 'rejected' ? verdict.reason : verdict.status;
  };
  const generation = (by: Instance) => by.authority.lease.trust()?.generation;

  beforeEach(async () => {
    started = [];
    base = await freshDatabase();
    redis = await startTestRedis({ persist: true });
  });
  afterEach(async () => {
    for (const one of started) await one.close();
    await finishRedis(redis);
    await base.drop();
  });

  it('W9: restarted from an old dump, it holds a session that was revoked since, and nobody believes it', async () => {
    // One that loads its last dump when it starts; with an append-only file it would load that.
    const dumping = await startTestRedis();
    const a = await instance({ redisUrl: dumping.url });
    const b = await instance({ redisUrl: dumping.url });
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    const client = await rawClient(dumping);
    await client.sendCommand(['SAVE']);
    const dir = (await client.configGet('dir'))['dir'] ?? '';
    copyFileSync(join(dir, 'dump.rdb'), join(dir, 'old.rdb'));
    await revokeAll(await a.as(session.sessionId, session.accountId));
    client.destroy();
    await dumping.kill();
    copyFileSync(join(dir, 'old.rdb'), join(dir, 'dump.rdb'));
    await dumping.restart();
    const back = await rawClient(dumping);
    // The dead session is really in there again: otherwise this test would prove nothing.
    const keys = await back.keys('pc:*');
    expect(await Promise.all(keys.map((key) => back.hExists(key, `s:${session.sessionId}`)))).toContain(1);
    back.destroy();
    // From the first moment, through the next registration, until both trust the index again.
    const other = await open(a, await makePerson(a));
    const isWarm = async (by: Instance) => {
      const verdict = await by.verify(other.sessionId, other.accountId);
      return verdict.status === 'live' && verdict.source === 'index';
    };
    for (let trusted = false; !trusted; trusted = (await isWarm(a)) && (await isWarm(b))) {
      expect(await status(a, session)).toBe('session_revoked');
      expect(await status(b, session)).toBe('session_revoked');
    }
    expect(await status(a, session)).toBe('session_revoked');
    expect(await status(b, session)).toBe('session_revoked');
    for (const one of started.splice(0)) await one.close();
    await finishRedis(dumping);
  });

  const follow = async (by: Awaited<ReturnType<typeof rawClient>>, of: TestRedis) => {
    await by.sendCommand(['REPLICAOF', '127.0.0.1', new URL(of.url).port]);
    await expect.poll(() => by.info('replication'), { timeout: 20_000 }).toContain('master_link_status:up');
  };
  const lead = (by: Awaited<ReturnType<typeof rawClient>>) => by.sendCommand(['REPLICAOF', 'NO', 'ONE']);
  /** Whether the index holds the session there. */
  const holds = async (at: Awaited<ReturnType<typeof rawClient>>, { sessionId }: Opened) => {
    const keys = await at.keys('pc:*');
    const found = await Promise.all(keys.map((key) => at.hExists(key, `s:${sessionId}`)));
    return found.includes(1);
  };

  it('W9: demoted, resynchronised and promoted back under a live connection, it is another history', async () => {
    const second = await startTestRedis();
    const [one, two] = [await rawClient(redis), await rawClient(second)];
    for (const client of [one, two]) await client.configSet('repl-diskless-sync-delay', '0');
    // A primary takes a new id with its first replica: that happens before anybody registers it.
    await follow(two, redis);
    // No poll in between: only the scripts themselves can notice.
    const a = await instance({ pollMs: 3_600_000 });
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    await expect.poll(() => holds(two, session)).toBe(true);
    const runId = (await one.info('server')).match(/run_id:(\w+)/)?.[1];
    await lead(two);
    await revokeAll(await a.as(session.sessionId, session.accountId));
    expect(await holds(one, session)).toBe(false);
    await follow(one, second);
    await lead(one);
    // Same process, same run id, and what it acknowledged is gone: yesterday's entry is back.
    expect((await one.info('server')).match(/run_id:(\w+)/)?.[1]).toBe(runId);
    expect(await holds(one, session)).toBe(true);
    for (let n = 0; n < 200; n += 1) expect(await status(a, session)).toBe('session_revoked');
    for (const client of [one, two]) client.destroy();
    await finishRedis(second);
  });

  it('W9, G1: a replica was promoted while the old primary lives on: what it holds is another history, and is not believed', async () => {
    const second = await startTestRedis();
    const two = await rawClient(second);
    await follow(two, redis);
    const a = await instance({ pollMs: 3_600_000 });
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    await lead(two);
    const b = await instance({ redisUrl: second.url, pollMs: 3_600_000 });
    // Same generation, same names, a primary: were it believed, "live" would be filled in where no fence comes to.
    for (let n = 0; n < 5; n += 1)
      expect(await b.verify(session.sessionId, session.accountId)).toMatchObject({
        status: 'live',
        source: 'store',
      });
    await revokeAll(await a.as(session.sessionId, session.accountId));
    expect(await status(b, session)).toBe('session_revoked');
    two.destroy();
    for (const by of started.splice(0)) await by.close();
    await finishRedis(second);
  });

  it('W9, G1: a copy that a resharding left on another primary of the same generation answers nothing', async () => {
    const second = await startTestRedis();
    const a = await instance();
    const b = await instance({ redisUrl: second.url });
    const [one, two] = [await rawClient(redis), await rawClient(second)];
    // A generation of two primaries, as of a cluster: what either of them holds is trusted.
    const ids = await Promise.all(
      [one, two].map(
        async (client) => /master_replid:(\w+)/.exec(await client.info('replication'))?.[1] ?? '',
      ),
    );
    await rows(
      a,
      "UPDATE portcullis.index_generation SET generation = 'of-two', replication_ids = ?::text[]",
      [`{${ids.join(',')}}`],
    );
    for (const by of [a, b]) await by.authority.lease.pollOnce();
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    const key = `pc:of-two:{${session.accountId}}`;
    await one.sendCommand(['MIGRATE', '127.0.0.1', new URL(second.url).port, key, '0', '5000', 'COPY']);
    await revokeAll(await a.as(session.sessionId, session.accountId));
    // The fence came and went where the key lives now; the copy knows of neither.
    expect(await two.hExists(key, `s:${session.sessionId}`)).toBe(1);
    expect(await status(b, session)).toBe('session_revoked');
    expect(await status(a, session)).toBe('session_revoked');
    for (const client of [one, two]) client.destroy();
    for (const by of started.splice(0)) await by.close();
    await finishRedis(second);
  });

  it('G5, P5: restarted empty, everybody moves to a new generation and revocations go on within the request', async () => {
    const a = await instance();
    const b = await instance();
    const person = await makePerson(a);
    const session = await open(a, person);
    await warm(a, session);
    await warm(b, session);
    const old = generation(a)?.name;
    await redis.restart({ empty: true });
    expect(await status(b, session)).toBe('live');
    expect(await reset(b, person)).toEqual({ sessionsEnded: 1 });
    expect(await status(a, session)).toBe('session_revoked');
    await expect
      .poll(() => [generation(a)?.name === old, generation(a)?.name === generation(b)?.name], {
        timeout: 10_000,
      })
      .toEqual([false, true]);
  });

  it('P6: stopped, everything goes on from Postgres; back again, the index is trusted again', async () => {
    const a = await instance();
    const b = await instance();
    const person = await makePerson(a);
    const session = await open(a, person);
    await warm(a, session);
    await redis.kill();
    expect(await status(a, session)).toBe('live');
    expect(await reset(a, person)).toEqual({ sessionsEnded: 1 });
    expect(await status(b, session)).toBe('session_revoked');
    expect(generation(a)?.replicationIds).toBeNull();
    await redis.restart();
    const fresh = await open(a, person, 'another passphrase 2');
    await warm(a, fresh);
    await warm(b, fresh);
    await signOut(await b.as(fresh.sessionId, fresh.accountId));
    expect(await status(a, fresh)).toBe('session_revoked');
  });

  it('P5: a revoking write waits while somebody may still trust the generation before', async () => {
    const a = await instance({ leaseMs: 3_000 });
    const person = await makePerson(a);
    const session = await open(a, person);
    await warm(a, session);
    // An instance that was killed: its lease row stands, on this generation, and will never move.
    await rows(
      a,
      "INSERT INTO portcullis.index_lease SELECT 'dead', generation, now() + interval '2 seconds', false, now(), 'test' FROM portcullis.index_generation",
    );
    const old = generation(a)?.name;
    await redis.restart({ empty: true });
    await expect.poll(() => generation(a)?.name, { timeout: 10_000 }).not.toBe(old);
    const seenAt = performance.now();
    await reset(a, person);
    expect(performance.now() - seenAt).toBeGreaterThan(2_500);
    expect(await status(a, session)).toBe('session_revoked');
  });

  it("a fence that was given up and runs late hides nobody else's fence, and is healed (P4)", async () => {
    let late: (() => Promise<void>) | null = null;
    const a = await instance({
      index: changed((real) => ({
        fence: (...args) => {
          if (late !== null) return real.fence(...args);
          late = () => real.fence(...args);
          return Promise.reject(new Error('given up'));
        },
      })),
    });
    const b = await instance();
    const person = await makePerson(a);
    const session = await open(a, person);
    await warm(b, session);
    await reset(a, person);
    await (late as (() => Promise<void>) | null)?.();
    const fresh = await open(a, person, 'another passphrase 2');
    expect(await b.verify(fresh.sessionId, fresh.accountId)).toMatchObject({
      status: 'live',
      source: 'store',
    });
    await warm(b, fresh);
    expect(await status(b, session)).toBe('session_revoked');
  });

  it('P5: a process frozen for longer than its lease trusts nothing when it wakes, and sleeping unnoticed ends a lease', async () => {
    const a = await instance({ leaseMs: 1_500 });
    const trust = a.authority.lease.trust();
    if (trust === null) throw new Error('no lease');
    expect(a.authority.lease.holds(trust)).toBe(true);
    const before = performance.now();
    while (performance.now() - before < 1_600);
    expect(a.authority.lease.holds(trust)).toBe(false);
    expect(
      a.authority.lease.holds({
        ...trust,
        leaseEndsAtMs: Number.POSITIVE_INFINITY,
        wallMinusMonotonicMs: trust.wallMinusMonotonicMs - 5_000,
      }),
    ).toBe(false);
  });
});
