import { keyOf } from '@portcullis/authority/redis/session-index';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { closedGate } from '../support/gate.ts';
import { changed, finishRedis, generationOf, rawClient } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, open, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const IDLE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'verify' AND state = 'idle in transaction'`;

describe('P4: a fence whose writer is gone is healed by whoever meets it, and by nobody while it is needed', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  const started: Instance[] = [];

  const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, ...options });
    started.push(one);
    return one;
  };
  const fencesOf = async (by: Instance) => {
    const found: Record<string, readonly string[]> = {};
    for await (const { accountId, nonces } of by.index.fenced(generationOf(by))) found[accountId] = nonces;
    return found;
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

  it('P4: while a revoking write holds the account nobody heals; once it is over the next one does', async () => {
    const fenced = closedGate();
    const a = await instance({ at: async (step) => (step === 'fenced' ? fenced.pass() : undefined) });
    const b = await instance();
    const session = await open(b, await makePerson(b));
    const caller = await a.as(session.sessionId, session.accountId);
    const done = revokeAll(caller);
    await fenced.arrived;
    const nonces = (await fencesOf(b))[session.accountId] ?? [];
    expect(nonces).toHaveLength(1);
    expect(await b.authority.healer.heal(generationOf(b), session.accountId, nonces)).toBe(false);
    expect((await fencesOf(b))[session.accountId]).toEqual(nonces);
    fenced.open();
    await done;
    expect(await b.authority.healer.heal(generationOf(b), session.accountId, nonces)).toBe(true);
  });

  it('P4: a sign-in under way does not keep a fence, and a fence does not keep a sign-in', async () => {
    const a = await instance();
    const person = await makePerson(a);
    await a.index.fence(generationOf(a), person.accountId, 'left');
    await a.db.write(performance.now() + 20_000, async (tx) => {
      await tx.execute('SELECT 1 FROM portcullis.account WHERE id = ? FOR KEY SHARE', [person.accountId]);
      expect(await a.authority.healer.heal(generationOf(a), person.accountId, ['left'])).toBe(true);
    });
    expect(await fencesOf(a)).toEqual({});
  });

  it("P4: a heal removes the fences it was shown, and never fills: nobody else's fence is touched", async () => {
    const a = await instance();
    const session = await open(a, await makePerson(a));
    const { accountId } = session;
    await a.index.fence(generationOf(a), accountId, 'seen');
    await a.index.fence(generationOf(a), accountId, 'later');
    expect(await a.authority.healer.heal(generationOf(a), accountId, ['seen'])).toBe(true);
    expect(await fencesOf(a)).toEqual({ [accountId]: ['later'] });
    expect(await a.authority.healer.heal(generationOf(a), accountId, ['later'])).toBe(true);
    const client = await rawClient(redis);
    expect(await client.exists(keyOf(generationOf(a).name, accountId))).toBe(0);
    client.destroy();
  });

  it('P4: the sweep heals what no verification meets, also of an account that is gone', async () => {
    const a = await instance();
    const person = await makePerson(a);
    await a.index.fence(generationOf(a), person.accountId, 'unmet');
    await a.index.fence(generationOf(a), a.deps.random.uuid(), 'orphan');
    expect(await a.authority.healer.sweep()).toBe(2);
    expect(await fencesOf(a)).toEqual({});
  });

  it('G8, P4: Postgres goes away in the middle of a heal: the fence stays, and the process goes on', async () => {
    const other = await instance();
    const died: unknown[] = [];
    const onDeath = (error: unknown) => died.push(error);
    process.on('uncaughtException', onDeath);
    let lost = () => false;
    const a = await instance({
      index: changed((real) => ({
        release: async (...args) => {
          await rows(other, IDLE);
          // The process has seen its connection go before Redis answers.
          await expect.poll(() => lost()).toBe(true);
          await real.release(...args);
        },
      })),
    });
    a.verifyPool.on('acquire', (client) => {
      const { stream } = (client as unknown as pg.Client).connection;
      lost = () => stream.destroyed;
    });
    const person = await makePerson(a);
    await a.index.fence(generationOf(a), person.accountId, 'left');
    await expect(a.authority.healer.heal(generationOf(a), person.accountId, ['left'])).rejects.toThrow();
    process.off('uncaughtException', onDeath);
    expect(died).toEqual([]);
    expect(await other.authority.healer.sweep()).toBeLessThanOrEqual(1);
    expect(await fencesOf(other)).toEqual({});
  });

  it('§3: keys of retired generations are removed, and never one of a generation that was registered meanwhile', async () => {
    const a = await instance({ pollMs: 3_600_000 });
    const current = generationOf(a);
    const client = await rawClient(redis);
    const retired = keyOf('retired', 'somebody');
    const newest = keyOf('newest', 'somebody');
    await client.hSet(retired, 'f', 'left');
    await client.hSet(keyOf(current.name, 'somebody'), 'f', 'mine');
    const removed = await a.index.removeOthers(async () => {
      const [row] = await rows<{ generation: string }>(
        a,
        'SELECT generation FROM portcullis.index_generation',
      );
      // The next one comes as soon as the question was answered, and is in use before the walk goes on.
      await rows(a, "UPDATE portcullis.index_generation SET generation = 'newest'");
      await client.hSet(newest, 'f', 'needed');
      return row?.generation ?? '';
    });
    expect(removed).toBe(1);
    expect(await client.exists([retired, newest])).toBe(1);
    expect(await client.exists(newest)).toBe(1);
    expect(await a.authority.healer.removeRetired()).toBe(1);
    expect(await client.keys('*')).toEqual([newest]);
    await rows(a, 'UPDATE portcullis.index_generation SET generation = ?', [current.name]);
    expect(await a.authority.healer.removeRetired()).toBe(1);
    expect(await client.keys('*')).toEqual([]);
    client.destroy();
  });

  it('§3: whoever registers a generation removes what the index holds of the ones before', async () => {
    const client = await rawClient(redis);
    const retired = keyOf('of-long-ago', 'somebody');
    await client.hSet(retired, 'f', 'left');
    const a = await instance();
    await rows(a, "UPDATE portcullis.index_generation SET postgres_timeline = 'another'");
    a.authority.lease.hurry();
    await expect.poll(() => client.exists(retired), { timeout: 15_000 }).toBe(0);
    client.destroy();
  });
});
