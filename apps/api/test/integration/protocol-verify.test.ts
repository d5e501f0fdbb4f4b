import { keyOf } from '@portcullis/authority/redis/session-index';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { closedGate } from '../support/gate.ts';
import { changed, changedSessions, finishRedis, generationOf, rawClient } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, open, type Opened, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

describe('P1: an answer rests on a READ or a SELECT that this very verification sent', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  const started: Instance[] = [];
  let lasting: Instance;

  const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, ...options });
    started.push(one);
    return one;
  };
  const verify = (by: Instance, { sessionId, accountId }: Opened) => by.verify(sessionId, accountId);
  const warm = (by: Instance, session: Opened) =>
    expect.poll(() => verify(by, session)).toMatchObject({ status: 'live', source: 'index' });
  /** Overwrites what the index holds about a session. */
  const plant = async (by: Instance, { sessionId, accountId }: Opened, value: string) => {
    const client = await rawClient(redis);
    await client.hSet(keyOf(generationOf(by).name, accountId), `s:${sessionId}`, value);
    client.destroy();
  };
  const held = async (by: Instance, { sessionId, accountId }: Opened): Promise<Record<string, unknown>> => {
    const client = await rawClient(redis);
    const value = await client.hGet(keyOf(generationOf(by).name, accountId), `s:${sessionId}`);
    client.destroy();
    return JSON.parse(value ?? '{}') as Record<string, unknown>;
  };

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    lasting = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.close();
  });
  afterAll(async () => {
    await lasting.close();
    await finishRedis(redis);
    await base.drop();
  });

  it('P1, G1: a verification that begins after a revocation shares no READ with one that began before it', async () => {
    const answered = closedGate();
    let first = true;
    const a = await instance({
      index: changed((real) => ({
        read: async (...args) => {
          const isFirst = first;
          first = false;
          const answer = await real.read(...args);
          if (isFirst) await answered.pass();
          return answer;
        },
      })),
    });
    const b = await instance();
    const session = await open(b, await makePerson(b));
    await warm(b, session);
    const early = verify(a, session);
    await answered.arrived;
    await revokeAll(await b.as(session.sessionId, session.accountId));
    expect(await verify(a, session)).toMatchObject({ reason: 'session_revoked' });
    answered.open();
    // It read before the revocation and answers of that moment: it began before, and G1 says nothing about it.
    expect(await early).toMatchObject({ status: 'live', source: 'index' });
    expect(await verify(a, session)).toMatchObject({ reason: 'session_revoked' });
  });

  it('P1, G1, G10: nor does it share a SELECT, and what that one learned cannot be filled in any more', async () => {
    const answered = closedGate();
    let first = true;
    const a = await instance({
      sessions: changedSessions((real) => ({
        truth: async (...args) => {
          const isFirst = first;
          first = false;
          const truth = await real.truth(...args);
          if (isFirst) await answered.pass();
          return truth;
        },
      })),
    });
    const b = await instance();
    const session = await open(b, await makePerson(b));
    const early = verify(a, session);
    await answered.arrived;
    const caller = await b.as(session.sessionId, session.accountId);
    await revokeAll(caller);
    expect(await verify(a, session)).toMatchObject({ reason: 'session_revoked' });
    answered.open();
    expect(await early).toMatchObject({ status: 'live', source: 'store' });
    for (const one of [a, b, a])
      expect(await verify(one, session)).toMatchObject({ reason: 'session_revoked' });
  });

  it('P1: the SELECT is sent after READ has answered: what is fenced or filled is never older than its lease', async () => {
    const order: string[] = [];
    const a = await instance({
      index: changed((real) => ({
        read: async (...args) => {
          const answer = await real.read(...args);
          order.push('read answered');
          return answer;
        },
        fill: (...args) => (order.push('fill sent'), real.fill(...args)),
      })),
      sessions: changedSessions((real) => ({
        truth: async (...args) => {
          order.push('select sent');
          const truth = await real.truth(...args);
          order.push('select answered');
          return truth;
        },
      })),
    });
    const session = await open(a, await makePerson(a));
    await verify(a, session);
    expect(order).toEqual(['read answered', 'select sent', 'select answered', 'fill sent']);
  });

  it('P1: fenced, Postgres answers, whatever the index holds beside the fence', async () => {
    const a = await instance({
      index: changed(() => ({ release: () => Promise.reject(new Error('lost')) })),
    });
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    await a.index.fence(generationOf(a), session.accountId, 'somebody');
    for (let n = 0; n < 3; n += 1)
      expect(await verify(a, session)).toMatchObject({ status: 'live', source: 'store' });
    const b = await instance();
    await expect.poll(() => verify(b, session)).toMatchObject({ status: 'live', source: 'index' });
  });

  it('P1: on another Redis than the registered one, Postgres answers', async () => {
    const other = await startTestRedis();
    const a = await instance();
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    const astray = await instance({ redisUrl: other.url });
    for (let n = 0; n < 3; n += 1)
      expect(await verify(astray, session)).toMatchObject({ status: 'live', source: 'store' });
    await revokeAll(await a.as(session.sessionId, session.accountId));
    expect(await verify(astray, session)).toMatchObject({ reason: 'session_revoked', source: 'store' });
    await astray.close();
    started.splice(started.indexOf(astray), 1);
    await other.finish();
  });

  const spoiled: [string, (fact: Record<string, unknown>) => unknown][] = [
    ['no JSON', () => undefined],
    ['no object', () => 7],
    ['nothing', () => null],
    ['an empty object', () => ({})],
    ["another session's entry", (fact) => ({ ...fact, sessionId: 'another' })],
    ["another account's entry", (fact) => ({ ...fact, accountId: '019300a0-0000-7000-8000-000000000009' })],
    ...['createdAt', 'authenticatedAt', 'lastSeenAt', 'idleExpiresAt', 'expiresAt'].flatMap(
      (name): [string, (fact: Record<string, unknown>) => unknown][] => [
        [`no ${name}`, (fact) => ({ ...fact, [name]: undefined })],
        [`${name} null`, (fact) => ({ ...fact, [name]: null })],
        [`${name} in words`, (fact) => ({ ...fact, [name]: String(Number(fact[name]) + 1e9) })],
      ],
    ),
  ];
  it.each(spoiled)('P1, G8: an entry with %s is no answer: Postgres decides', async (_, spoil) => {
    const a = lasting;
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    const fact = await held(a, session);
    const value = spoil(fact);
    await plant(a, session, value === undefined ? '{"sessionId":' : JSON.stringify(value));
    expect(await verify(a, session)).toMatchObject({ status: 'live', source: 'store' });
  });

  it('P1: past its absolute end an entry is decisive; past its idle end Postgres is asked, where somebody may have moved it', async () => {
    const a = await instance();
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    const fact = await held(a, session);
    await plant(a, session, JSON.stringify({ ...fact, idleExpiresAt: Number(fact['createdAt']) - 1 }));
    expect(await verify(a, session)).toMatchObject({ status: 'live', source: 'store' });
    await plant(a, session, JSON.stringify({ ...fact, expiresAt: Number(fact['createdAt']) - 1 }));
    expect(await verify(a, session)).toMatchObject({ reason: 'session_expired', source: 'index' });
  });

  it('P1: absence is no answer, and what Postgres does not have is never filled in', async () => {
    const filled: unknown[] = [];
    const a = await instance({
      index: changed((real) => ({ fill: (...args) => (filled.push(args[4]), real.fill(...args)) })),
    });
    const person = await makePerson(a);
    const session = await open(a, person);
    const nobody = { ...session, sessionId: 'no-such-session' };
    for (let n = 0; n < 3; n += 1)
      expect(await verify(a, nobody)).toMatchObject({ reason: 'session_missing', source: 'store' });
    await rows(a, "UPDATE portcullis.session SET expires_at = now() - interval '1 second' WHERE id = ?", [
      session.sessionId,
    ]);
    expect(await verify(a, session)).toMatchObject({ reason: 'session_expired', source: 'store' });
    expect(filled).toEqual([]);
    // A right id under the wrong account is no session either.
    const stranger = await makePerson(a);
    expect(await verify(a, { ...session, accountId: stranger.accountId })).toMatchObject({
      reason: 'session_missing',
    });
  });
});
