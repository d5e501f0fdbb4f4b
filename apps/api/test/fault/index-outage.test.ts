import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { finishRedis, generationOf } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, open, type Opened } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

describe('G8, P6: a Redis that hangs', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let started: Instance[];

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

  beforeEach(async () => {
    started = [];
    base = await freshDatabase();
    redis = await startTestRedis();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    redis.resume();
    for (const one of started) await one.authority.healer.sweep();
    for (const one of started) await one.close();
    await finishRedis(redis);
    await base.drop();
  });

  it('G1, G8, P6: verifications and revocations go on; awake again, it runs what was given up and brings nothing back', async () => {
    const a = await instance();
    const b = await instance();
    const session = await open(a, await makePerson(a));
    const other = await open(a, await makePerson(a));
    for (const one of [a, b]) for (const each of [session, other]) await warm(one, each);
    const caller = await a.as(session.sessionId, session.accountId);
    redis.suspend();
    for (const one of [a, b])
      expect(await verify(one, other)).toMatchObject({ status: 'live', source: 'store' });
    expect(await revokeAll({ ...caller, deadlineMs: performance.now() + 20_000 })).toEqual({
      sessionsEnded: 1,
    });
    for (const one of [a, b]) expect(await verify(one, session)).toMatchObject({ reason: 'session_revoked' });
    redis.resume();
    // From its first moment on, through the next registration, until both trust it again.
    const isBack = async (one: Instance) => {
      const verdict = await verify(one, other);
      return verdict.status === 'live' && verdict.source === 'index';
    };
    for (let back = false; !back; back = (await isBack(a)) && (await isBack(b)))
      for (const one of [a, b])
        expect(await verify(one, session)).toMatchObject({ reason: 'session_revoked' });
    for (const one of [a, b]) expect(await verify(one, session)).toMatchObject({ reason: 'session_revoked' });
  });

  it('P1: after a few calls in vain one at a time tries; nobody waits for the one that does', async () => {
    const a = await instance({ pollMs: 3_600_000 });
    const session = await open(a, await makePerson(a));
    const read = () => a.index.read(generationOf(a), session.accountId, session.sessionId, 'nonce');
    redis.suspend();
    for (let n = 0; n < 3; n += 1) expect(await read()).toEqual({ kind: 'unreachable' });
    // The pause after them is over.
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + 60_000);
    const first: string[] = [];
    const trying = read().then(() => first.push('the one that tries'));
    const others = Promise.all(Array.from({ length: 20 }, read)).then(() => first.push('the others'));
    await Promise.all([trying, others]);
    expect(first).toEqual(['the others', 'the one that tries']);
  });
});
