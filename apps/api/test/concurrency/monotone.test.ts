import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { closedGate, type Gate } from '../support/gate.ts';
import { changed, changedLeases, finishRedis, generationOf } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, open, type Opened, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const LEASE_MS = 4_000;
const NEVER = 3_600_000;

describe('G2: once any verification has rejected a session as revoked, no later one accepts it', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  const started: Instance[] = [];

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
  /** One verification after the other, on all instances in turn, until `isOver`. */
  const watch = async (by: Instance[], session: Opened, isOver: () => boolean) => {
    const seen: string[] = [];
    do for (const one of by) seen.push(await status(one, session));
    while (!isOver());
    for (const one of by) seen.push(await status(one, session));
    return seen;
  };
  const expectMonotone = (seen: string[]) => {
    const first = seen.indexOf('session_revoked');
    expect(first).toBeGreaterThanOrEqual(0);
    expect([...new Set(seen.slice(0, first))]).toEqual(first === 0 ? [] : ['live']);
    expect([...new Set(seen.slice(first))]).toEqual(['session_revoked']);
  };

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.close();
  });
  afterAll(async () => {
    await finishRedis(redis);
    await base.drop();
  });

  it('G2: at every step of a revocation both instances say the same, and it changes once', async () => {
    const gates = new Map<string, Gate>();
    const a = await instance({ at: async (step) => gates.get(step)?.pass() });
    const b = await instance();
    const session = await open(b, await makePerson(b));
    await warm(a, session);
    await warm(b, session);
    const steps = ['locked', 'shared', 'effective', 'decided', 'fenced', 'applied', 'committed', 'released'];
    const caller = await a.as(session.sessionId, session.accountId);
    for (const step of steps) gates.set(step, closedGate());
    const done = revokeAll(caller);
    const seen: string[] = [];
    for (const step of steps) {
      await gates.get(step)?.arrived;
      for (const one of [a, b, a, b]) seen.push(await status(one, session));
      gates.get(step)?.open();
    }
    await done;
    for (const one of [a, b]) seen.push(await status(one, session));
    expectMonotone(seen);
    // It changed with the commit, before the fence was released.
    expect(seen.indexOf('session_revoked')).toBe(4 * steps.indexOf('committed'));
  });

  it('G2, P2: a generation changes in the middle: nobody reads "revoked" while another may still trust the one before', async () => {
    const a = await instance({ leaseMs: LEASE_MS });
    // It holds its lease and hears of nothing: a process whose polls hang.
    let hangs = false;
    const b = await instance({
      leaseMs: LEASE_MS,
      leases: changedLeases((real) => ({
        poll: (report) => (hangs ? Promise.reject(new Error('hangs')) : real.poll(report)),
      })),
    });
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    await warm(b, session);
    const caller = await a.as(session.sessionId, session.accountId);
    hangs = true;
    await rows(a, "UPDATE portcullis.index_generation SET generation = 'the-next-one'");
    let isOver = false;
    const done = revokeAll(caller).finally(() => (isOver = true));
    const seen = await watch([a, b, a], session, () => isOver);
    expect(await done).toEqual({ sessionsEnded: 1 });
    expectMonotone(seen);
    expect(seen[0]).toBe('live');
    expect(generationOf(b).name).not.toBe('the-next-one');
  });

  it('G1, G2, P2: a generation that is registered while a write is under way waits for its commit', async () => {
    const applied = closedGate();
    const a = await instance({ at: async (step) => (step === 'applied' ? applied.pass() : undefined) });
    const b = await instance({ pollMs: NEVER });
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    await warm(b, session);
    const [row] = await rows<{ postgres_system_id: string; postgres_timeline: string }>(
      a,
      'SELECT postgres_system_id, postgres_timeline FROM portcullis.index_generation',
    );
    const old = generationOf(b);
    const register = () =>
      b.leases.register({
        instanceId: 'test',
        instead: old.name,
        generation: { name: 'after-the-write', replicationIds: old.replicationIds },
        history: { systemId: row?.postgres_system_id ?? '', timeline: row?.postgres_timeline ?? '' },
        leasesComplete: true,
        unlessReached: false,
      });
    const done = revokeAll(await a.as(session.sessionId, session.accountId));
    await applied.arrived;
    const registered = await register();
    // Were it registered by now, this would carry "live" into the new name space, where no fence of the write stands.
    await b.authority.lease.pollOnce();
    for (let n = 0; n < 3; n += 1) expect(await status(b, session)).toBe('live');
    applied.open();
    await done;
    expect(await status(b, session)).toBe('session_revoked');
    expect(registered).toBe(false);
    expect(await register()).toBe(true);
    await b.authority.lease.pollOnce();
    expect(generationOf(b).name).toBe('after-the-write');
    expect(await status(b, session)).toBe('session_revoked');
  });

  it('P2: a write that waited for a registration reads the generation in its next statement, and fences that one', async () => {
    const fenced: string[] = [];
    const a = await instance({
      index: changed((real) => ({
        fence: (generation, ...rest) => (fenced.push(generation.name), real.fence(generation, ...rest)),
      })),
    });
    const b = await instance();
    const session = await open(a, await makePerson(a));
    const caller = await a.as(session.sessionId, session.accountId);
    let done: Promise<unknown> = Promise.resolve();
    await b.db.write(performance.now() + 20_000, async (tx) => {
      await tx.execute('SELECT pg_advisory_xact_lock(8097, 1)');
      done = revokeAll(caller);
      const waiting = `SELECT 1 AS one FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
      await expect.poll(() => rows(b, waiting)).toHaveLength(1);
      await tx.execute("UPDATE portcullis.index_generation SET generation = 'registered-meanwhile'");
    });
    expect(await done).toEqual({ sessionsEnded: 1 });
    expect(fenced).toEqual(['registered-meanwhile']);
    for (const one of [a, b]) expect(await status(one, session)).toBe('session_revoked');
  });
});
