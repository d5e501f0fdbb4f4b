import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { finishRedis, generationOf } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, open, type Opened } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const LEASE_MS = 6_000;

/** The ways in which a database is away, and how each begins. */
const ways: [string, (proxy: TcpProxy) => void][] = [
  ['refuses connections', (proxy) => proxy.refuse()],
  ['hangs', (proxy) => proxy.pause()],
  ['takes connections and never answers', (proxy) => (proxy.halfOpen(), proxy.cut())],
];

describe('P7: without Postgres decisive READs go on until the lease ends, and nothing else does', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let proxy: TcpProxy;
  const started: Instance[] = [];

  const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, ...options });
    started.push(one);
    return one;
  };
  const verify = (by: Instance, { sessionId, accountId }: Opened) => by.verify(sessionId, accountId);
  const warm = (by: Instance, session: Opened) =>
    expect
      .poll(() => verify(by, session), { timeout: 15_000 })
      .toMatchObject({ status: 'live', source: 'index' });
  const holds = (by: Instance) => {
    const trust = by.authority.lease.trust();
    return trust !== null && by.authority.lease.holds(trust);
  };
  /** Sessions whose copies stand in the index: one that is live, one that is fenced; and one the index never knew. */
  const people = async (by: Instance) => {
    const [live, fenced, revoked] = await Promise.all(
      [0, 1, 2].map(async () => open(by, await makePerson(by))),
    );
    const unknown = await open(by, await makePerson(by));
    if (!live || !fenced || !revoked) throw new Error('three sessions were opened');
    await revokeAll(await by.as(revoked.sessionId, revoked.accountId));
    for (const session of [live, fenced]) await warm(by, session);
    await expect.poll(() => verify(by, revoked)).toMatchObject({ source: 'index' });
    await by.index.fence(generationOf(by), fenced.accountId, 'somebody');
    return { live, fenced, revoked, unknown };
  };
  const gone = { status: 'unavailable' };

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
  });
  afterEach(async () => {
    proxy.mend();
    for (const one of started.splice(0)) await one.close();
    await proxy.stop();
  });
  afterAll(async () => {
    const healer = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
    await healer.authority.healer.sweep();
    await healer.close();
    await finishRedis(redis);
    await base.drop();
  });

  it.each(ways)('P7, G8, G11: Postgres %s', async (_, begin) => {
    proxy = await startTcpProxyTo(base.url);
    const a = await instance({ databaseUrl: proxy.through(base.url), leaseMs: LEASE_MS });
    const { live, fenced, revoked, unknown } = await people(a);
    const caller = await a.as(live.sessionId, live.accountId);
    begin(proxy);
    // Under the lease what is decisive is answered, be it live or revoked; what is fenced or missing is refused.
    expect(await verify(a, live)).toMatchObject({ status: 'live', source: 'index' });
    expect(await verify(a, revoked)).toMatchObject({ reason: 'session_revoked', source: 'index' });
    expect(await verify(a, fenced)).toMatchObject(gone);
    expect(await verify(a, unknown)).toMatchObject(gone);
    await expect(revokeAll({ ...caller, deadlineMs: performance.now() + 1_500 })).rejects.toMatchObject({
      reason: 'unavailable',
    });
    // It is the lease that decides when this ends: never "live" without one, and no outage while it holds.
    for (let ended = false; !ended; ) {
      const heldBefore = holds(a);
      const verdict = await verify(a, live);
      if (heldBefore && holds(a)) expect(verdict).toMatchObject({ status: 'live', source: 'index' });
      if (!heldBefore) expect(verdict).toMatchObject(gone);
      ended = !heldBefore;
    }
    for (const session of [live, fenced, revoked, unknown])
      expect(await verify(a, session)).toMatchObject(gone);
    proxy.mend();
    await warm(a, live);
    expect(await verify(a, revoked)).toMatchObject({ reason: 'session_revoked' });
    await expect.poll(() => verify(a, unknown), { timeout: 15_000 }).toMatchObject({ status: 'live' });
    await expect.poll(() => verify(a, fenced), { timeout: 15_000 }).toMatchObject({ source: 'index' });
  });

  it('P7, G8, G11: Postgres is slow and there is a queue: whoever waited too long is refused, and nobody is signed out', async () => {
    proxy = await startTcpProxyTo(base.url);
    const a = await instance({ databaseUrl: proxy.through(base.url), redisUrl: null, verifyMax: 1 });
    const session = await open(a, await makePerson(a));
    await verify(a, session);
    proxy.latency(150, 'toClient');
    const before = performance.now();
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => verify(a, session)));
    // One after the other they would take 15 s.
    expect(performance.now() - before).toBeLessThan(7_500);
    expect(new Set(verdicts.map((verdict) => verdict.status))).toEqual(new Set(['live', 'unavailable']));
  });

  it('P7: a deployment that chose so goes on beyond the lease, by decisive READs only', async () => {
    proxy = await startTcpProxyTo(base.url);
    const a = await instance({
      databaseUrl: proxy.through(base.url),
      leaseMs: 3_000,
      databaseLoss: 'serve',
    });
    const { live, fenced, revoked, unknown } = await people(a);
    proxy.refuse();
    await expect.poll(() => holds(a), { timeout: 15_000 }).toBe(false);
    expect(await verify(a, live)).toMatchObject({ status: 'live', source: 'index' });
    expect(await verify(a, revoked)).toMatchObject({ reason: 'session_revoked', source: 'index' });
    expect(await verify(a, fenced)).toMatchObject(gone);
    expect(await verify(a, unknown)).toMatchObject(gone);
    await redis.stop();
    expect(await verify(a, live)).toMatchObject(gone);
    await redis.restart();
  });

  it('P7, G1: an instance that serves under its lease is reached by the fence of whoever revokes', async () => {
    proxy = await startTcpProxyTo(base.url);
    const cut = await instance({ databaseUrl: proxy.through(base.url), leaseMs: LEASE_MS });
    const other = await instance({ leaseMs: LEASE_MS });
    const session = await open(other, await makePerson(other));
    await warm(cut, session);
    const caller = await other.as(session.sessionId, session.accountId);
    proxy.refuse();
    // It cannot be reached through Postgres, but its fence can: the revocation need not wait for the lease.
    await revokeAll(caller);
    expect(await verify(cut, session)).toMatchObject(gone);
  });
});
