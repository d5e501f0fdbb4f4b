import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/services/account/change-password.ts';
import { deleteAccount } from '../../src/services/account/delete.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { disableAccount } from '../../src/services/account/set-disabled.ts';
import { reauthenticate } from '../../src/services/session/reauthenticate.ts';
import { refresh } from '../../src/services/session/refresh.ts';
import { revokeAll, revokeOthers, revokeSession, signOut } from '../../src/services/session/revoke.ts';
import { closedGate } from '../support/gate.ts';
import { changed, finishRedis, generationOf } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Opened, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const NEW = 'another passphrase 2';

describe('P2: what a revoking write does between its lock and its answer', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  const started: Instance[] = [];

  const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, ...options });
    started.push(one);
    return one;
  };
  const counting = async (options: Partial<InstanceOptions> = {}) => {
    const calls: string[] = [];
    const one = await instance({
      index: changed((real) => ({
        fence: (...args) => (calls.push(`fence ${args[2]}`), real.fence(...args)),
        release: (...args) => (calls.push(`release ${args[2].join(' ')}`), real.release(...args)),
      })),
      ...options,
    });
    return { one, calls };
  };
  const status = async (by: Instance, { sessionId, accountId }: Opened) => {
    const verdict = await by.verify(sessionId, accountId);
    return verdict.status === 'rejected' ? verdict.reason : verdict.status;
  };
  const warm = (by: Instance, session: Opened) =>
    expect
      .poll(() => by.verify(session.sessionId, session.accountId))
      .toMatchObject({ status: 'live', source: 'index' });
  const epochOf = async (by: Instance, accountId: string) =>
    (await rows<{ epoch: string }>(by, 'SELECT epoch FROM portcullis.account WHERE id = ?', [accountId]))[0]
      ?.epoch;

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

  it('P2: one fence, released after the commit by its own nonce; another write has another nonce', async () => {
    const { one, calls } = await counting();
    for (let n = 0; n < 2; n += 1) {
      const session = await open(one, await makePerson(one));
      await revokeAll(await one.as(session.sessionId, session.accountId));
    }
    const nonces = calls.filter((call) => call.startsWith('fence ')).map((call) => call.slice(6));
    expect(new Set(nonces).size).toBe(2);
    expect(calls).toEqual(nonces.flatMap((nonce) => [`fence ${nonce}`, `release ${nonce}`]));
  });

  it("P2: bogus input empties nobody's key: a wrong or spent secret and a session that is over set no fence", async () => {
    const { one, calls } = await counting();
    const person = await makePerson(one);
    const session = await open(one, person);
    const other = await open(one, person);
    const caller = await one.as(session.sessionId, session.accountId);
    await warm(one, session);
    const token = await mintLink(one, person);
    await rows(one, 'UPDATE portcullis.verification SET used_at = now() WHERE account_id = ?', [
      person.accountId,
    ]);
    const refused: (() => Promise<unknown>)[] = [
      () => resetPassword(one.ctx(), { token, newPassword: NEW }),
      () => changePassword(caller, { currentPassword: 'a wrong passphrase', newPassword: NEW }),
      () => deleteAccount(caller, { password: 'a wrong passphrase' }),
      () => reauthenticate(caller, { password: 'a wrong passphrase' }),
      () => revokeSession(caller, { sessionId: 'no-such-session' as never }),
      () => refresh(one.ctx(), { refreshToken: 'no-such-session.secret' }),
    ];
    for (const attempt of refused) await expect(attempt()).rejects.toThrow();
    await rows(one, "UPDATE portcullis.session SET revoked_at = now(), revoked_by = 'revoked' WHERE id = ?", [
      other.sessionId,
    ]);
    expect(await revokeSession(caller, { sessionId: other.sessionId as never })).toEqual({
      sessionsEnded: 0,
    });
    await expect(refresh(one.ctx(), { refreshToken: other.refreshToken })).rejects.toMatchObject({
      reason: 'session_revoked',
    });
    expect(calls).toEqual([]);
    expect(await one.verify(session.sessionId, session.accountId)).toMatchObject({ source: 'index' });
    await disableAccount(one.ctx(), person.accountId);
    const once = [...calls];
    await disableAccount(one.ctx(), person.accountId);
    expect(calls).toEqual(once);
  });

  it('P2, G6: of 20 uses of one link one sets a fence; the others find it spent under the lock', async () => {
    const { one, calls } = await counting();
    const person = await makePerson(one);
    const token = await mintLink(one, person);
    const uses = await Promise.allSettled(
      Array.from({ length: 20 }, () => resetPassword(one.ctx(), { token, newPassword: NEW })),
    );
    expect(uses.filter((use) => use.status === 'fulfilled')).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith('fence'))).toHaveLength(1);
  });

  const byCaller: [string, (by: Instance, person: Opened, password: string) => Promise<unknown>][] = [
    [
      'a change of the password',
      async (by, s, password) =>
        changePassword(await by.as(s.sessionId, s.accountId), {
          currentPassword: password,
          newPassword: NEW,
        }),
    ],
    [
      'a deletion',
      async (by, s, password) => deleteAccount(await by.as(s.sessionId, s.accountId), { password }),
    ],
    [
      'a reauthentication',
      async (by, s, password) => reauthenticate(await by.as(s.sessionId, s.accountId), { password }),
    ],
    ['the end of all others', async (by, s) => revokeOthers(await by.as(s.sessionId, s.accountId))],
    ['the end of all', async (by, s) => revokeAll(await by.as(s.sessionId, s.accountId))],
  ];
  it.each(byCaller)(
    'P2, G1: %s, let in and then waiting for the lock, is judged again under it',
    async (_, act) => {
      const locked = closedGate();
      const a = await instance({ at: async (step) => (step === 'applied' ? locked.pass() : undefined) });
      const b = await instance();
      const person = await makePerson(b);
      const session = await open(b, person);
      const other = await open(b, person);
      const caller = await a.as(other.sessionId, other.accountId);
      const ending = revokeSession(caller, { sessionId: session.sessionId as never });
      await locked.arrived;
      // The session is live for everybody; its end is not committed.
      const late = act(b, session, person.password).catch((error: unknown) => error);
      await expect
        .poll(() =>
          rows(
            a,
            "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%for update%'",
          ),
        )
        .not.toEqual([]);
      locked.open();
      await ending;
      expect(await late).toMatchObject({ reason: 'session_revoked' });
      expect(await epochOf(a, person.accountId)).toBe('1');
      expect(await status(b, other)).toBe('live');
    },
  );

  it('P2, G8: a fence that is not acknowledged: nothing happened, nothing is released that still stands', async () => {
    const fences: string[] = [];
    const a = await instance({
      index: changed(() => ({
        fence: (_, __, nonce) => (fences.push(nonce), Promise.reject(new Error('no answer'))),
      })),
    });
    const b = await instance();
    const person = await makePerson(b);
    const session = await open(b, person);
    await warm(b, session);
    const token = await mintLink(b, person);
    const ctx = { ...a.ctx(), deadlineMs: performance.now() + 1_500 };
    const refused = await resetPassword(ctx, { token, newPassword: NEW }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: 'unavailable' });
    expect(refused).not.toHaveProperty('mayHaveTakenEffect', true);
    expect(new Set(fences).size).toBe(fences.length);
    expect(await epochOf(b, person.accountId)).toBe('1');
    expect(await status(b, session)).toBe('live');
    expect(await resetPassword(b.ctx(), { token, newPassword: NEW })).toEqual({ sessionsEnded: 1 });
  });

  it('P2, P4: a release that is not acknowledged: done, said so, and correct for everybody until it is healed', async () => {
    const a = await instance({
      index: changed(() => ({ release: () => Promise.reject(new Error('lost')) })),
    });
    const b = await instance();
    const person = await makePerson(b);
    const session = await open(b, person);
    await warm(b, session);
    const token = await mintLink(b, person);
    await expect(resetPassword(a.ctx(), { token, newPassword: NEW })).rejects.toMatchObject({
      reason: 'unavailable',
      mayHaveTakenEffect: true,
    });
    expect(await status(a, session)).toBe('session_revoked');
    expect(await status(b, session)).toBe('session_revoked');
    const fresh = await open(a, person, NEW);
    await warm(b, fresh);
    expect(await status(b, session)).toBe('session_revoked');
  });

  it("P2, §3: a fence that was given up and runs late, and its release after it, take nobody else's fence away", async () => {
    const gates = { applied: closedGate(), committed: closedGate() };
    const a = await instance({
      at: async (step) => (step === 'applied' || step === 'committed' ? gates[step].pass() : undefined),
    });
    const b = await instance();
    const session = await open(b, await makePerson(b));
    await warm(b, session);
    const done = revokeAll(await a.as(session.sessionId, session.accountId));
    await gates.applied.arrived;
    await b.index.fence(generationOf(b), session.accountId, 'late');
    await b.index.release(generationOf(b), session.accountId, ['late']);
    // Were the fence gone, one of these would carry "live" into the index, to stay there after the commit.
    for (let n = 0; n < 5; n += 1)
      expect(await b.verify(session.sessionId, session.accountId)).toMatchObject({
        status: 'live',
        source: 'store',
      });
    gates.applied.open();
    await gates.committed.arrived;
    expect(await status(b, session)).toBe('session_revoked');
    gates.committed.open();
    await done;
    expect(await status(b, session)).toBe('session_revoked');
  });

  it('P2: what a try left behind that Postgres rolled back and the service ran again is released, too', async () => {
    let tries = 0;
    const { one, calls } = await counting({
      at: async (step) => {
        if (step !== 'applied') return;
        tries += 1;
        // As Postgres ends a try that stood in a deadlock.
        if (tries === 1) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      },
    });
    const session = await open(one, await makePerson(one));
    await signOut(await one.as(session.sessionId, session.accountId));
    const fences = calls.filter((call) => call.startsWith('fence ')).map((call) => call.slice(6));
    expect(fences).toHaveLength(2);
    await expect
      .poll(() => calls.filter((call) => call.startsWith('release ')).toSorted())
      .toEqual(fences.map((nonce) => `release ${nonce}`).toSorted());
  });
});
