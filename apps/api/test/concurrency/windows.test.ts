import { changePasswordInput, resetPasswordInput } from '@portcullis/contracts/account';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { closedGate } from '../support/gate.ts';
import { changed, finishRedis } from '../support/hooks.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Opened, type Person, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const NEW = 'another passphrase 2';

describe('the ten ways an old session survives elsewhere', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  const started: Instance[] = [];

  const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
    const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, ...options });
    started.push(one);
    return one;
  };
  const reset = async (by: Instance, person: Person) =>
    resetPassword(by.ctx(), { token: await mintLink(by, person), newPassword: NEW });
  const warm = (by: Instance, { sessionId, accountId }: Opened) =>
    expect.poll(() => by.verify(sessionId, accountId)).toMatchObject({ status: 'live', source: 'index' });
  const status = async (by: Instance, { sessionId, accountId }: Opened) => {
    const verdict = await by.verify(sessionId, accountId);
    return verdict.status === 'rejected' ? verdict.reason : verdict.status;
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

  it('W1: revocation is no option: no input of a change or a reset of the password can keep other sessions', async () => {
    const inputs = [
      { schema: changePasswordInput, plain: { currentPassword: 'x', newPassword: 'y' } },
      {
        schema: resetPasswordInput,
        plain: { token: Buffer.alloc(32).toString('base64url'), newPassword: 'y' },
      },
    ];
    for (const { schema, plain } of inputs) {
      expect(schema.safeParse(plain).success).toBe(true);
      for (const extra of ['revokeOtherSessions', 'keepSessions', 'signOutOthers'])
        expect(schema.safeParse({ ...plain, [extra]: false }).success).toBe(false);
    }
  });

  it('W2: no answer is remembered or shared: every verification sends a READ of its own, and sees the revocation', async () => {
    let reads = 0;
    const a = await instance({
      index: changed((real) => ({ read: (...args) => ((reads += 1), real.read(...args)) })),
    });
    const b = await instance();
    const session = await open(a, await makePerson(a));
    await warm(a, session);
    reads = 0;
    await Promise.all(Array.from({ length: 10 }, () => a.verify(session.sessionId, session.accountId)));
    expect(reads).toBe(10);
    await revokeAll(await b.as(session.sessionId, session.accountId));
    expect(await status(a, session)).toBe('session_revoked');
  });

  it('W3: nobody can see the reset half done: until its commit all is old, from its commit on all is new', async () => {
    const applied = closedGate();
    const committed = closedGate();
    const a = await instance({
      at: async (step) =>
        step === 'applied' ? applied.pass() : step === 'committed' ? committed.pass() : undefined,
    });
    const b = await instance();
    const person = await makePerson(b);
    const session = await open(b, person);
    await warm(b, session);
    let answered = false;
    const done = reset(a, person).then(() => (answered = true));
    await applied.arrived;
    expect(await status(b, session)).toBe('live');
    expect(
      await rows(b, "SELECT 1 FROM portcullis.audit_event WHERE account_id = ? AND type = 'password_reset'", [
        person.accountId,
      ]),
    ).toEqual([]);
    applied.open();
    await committed.arrived;
    expect(await status(b, session)).toBe('session_revoked');
    await expect(open(b, person)).rejects.toMatchObject({ reason: 'credentials_invalid' });
    expect(answered).toBe(false);
    committed.open();
    await done;
    expect(await status(b, session)).toBe('session_revoked');
  });

  it('W4, G4: a sign-in that proved the old password opens nothing once the reset has committed', async () => {
    const proven = closedGate();
    const a = await instance({
      wrapHasher: (real) => ({
        ...real,
        hash: real.hash,
        needsRehash: real.needsRehash,
        verifyNothing: real.verifyNothing,
        verify: async (...args) => {
          const right = await real.verify(...args);
          await proven.pass();
          return right;
        },
      }),
    });
    const b = await instance();
    const person = await makePerson(b);
    const late = open(a, person);
    await proven.arrived;
    await reset(b, person);
    proven.open();
    await expect(late).rejects.toMatchObject({ reason: 'credentials_invalid' });
    expect(
      await rows(b, 'SELECT id FROM portcullis.session WHERE account_id = ?', [person.accountId]),
    ).toEqual([]);
  });

  it('W4, G4, P3: a sign-in that reaches its insert while the reset is uncommitted waits, and then opens nothing', async () => {
    const applied = closedGate();
    const a = await instance({ at: async (step) => (step === 'applied' ? applied.pass() : undefined) });
    const b = await instance();
    const person = await makePerson(b);
    const done = reset(a, person);
    await applied.arrived;
    const late = open(b, person).catch((error: unknown) => error);
    // It waits for the row: seen in Postgres, not guessed by time.
    await expect
      .poll(() =>
        rows(
          a,
          "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%portcullis.session%'",
        ),
      )
      .not.toEqual([]);
    applied.open();
    await done;
    expect(await late).toMatchObject({ reason: 'credentials_invalid' });
  });

  it("W5, G10: a slow reader cannot write yesterday's truth back over a reset", async () => {
    const held = closedGate();
    let late: Promise<void> = Promise.resolve();
    const a = await instance({
      index: changed((real) => ({
        fill: (...args) => (late = held.pass().then(() => real.fill(...args))),
      })),
    });
    const b = await instance();
    const person = await makePerson(b);
    const session = await open(b, person);
    expect(await status(a, session)).toBe('live');
    await held.arrived;
    await reset(b, person);
    held.open();
    await late;
    expect(await status(b, session)).toBe('session_revoked');
    expect(await status(a, session)).toBe('session_revoked');
  });

  it('W6: sessions that the index never knew, or lost, end like all others', async () => {
    const a = await instance();
    const person = await makePerson(a);
    const known = await open(a, person);
    const unknown = await open(a, person);
    await warm(a, known);
    await a.redis?.flushAll();
    expect(await reset(a, person)).toEqual({ sessionsEnded: 2 });
    expect(await status(a, known)).toBe('session_revoked');
    expect(await status(a, unknown)).toBe('session_revoked');
  });

  it('W7: a rehash at sign-in cannot bring the old password back', async () => {
    const renewing = closedGate();
    const a = await instance({
      hasher: { memoryKiB: 2_048, timeCost: 1 },
      wrapHasher: (real) => ({
        ...real,
        verify: real.verify,
        needsRehash: real.needsRehash,
        verifyNothing: real.verifyNothing,
        hash: async (password) => {
          await renewing.pass();
          return real.hash(password);
        },
      }),
    });
    const b = await instance();
    const person = await makePerson(b);
    const slow = open(a, person);
    await renewing.arrived;
    await reset(b, person);
    renewing.open();
    const session = await slow;
    expect(await status(b, session)).toBe('session_revoked');
    await expect(open(b, person)).rejects.toMatchObject({ reason: 'credentials_invalid' });
    expect(await status(b, await open(b, person, NEW))).toBe('live');
  });

  it('W7: without a reset in between the rehash takes, and signs nobody out', async () => {
    const a = await instance({ hasher: { memoryKiB: 2_048, timeCost: 1 } });
    const b = await instance();
    const person = await makePerson(b);
    const session = await open(a, person);
    const [row] = await rows<{ password_hash: string }>(
      b,
      'SELECT password_hash FROM portcullis.account WHERE id = ?',
      [person.accountId],
    );
    expect(row?.password_hash).toContain('m=2048');
    expect(await status(b, session)).toBe('live');
  });

  it('W10: no clock decides: a session stamped in the future is dead after the reset, one opened in the same instant lives', async () => {
    const a = await instance();
    const person = await makePerson(a);
    const old = await open(a, person);
    await rows(
      a,
      "UPDATE portcullis.session SET created_at = now() + interval '1 hour', authenticated_at = now() + interval '1 hour' WHERE id = ?",
      [old.sessionId],
    );
    await reset(a, person);
    const fresh = await open(a, person, NEW);
    await rows(
      a,
      'UPDATE portcullis.session SET created_at = (SELECT ended_at FROM portcullis.account_epoch WHERE account_id = ?) WHERE id = ?',
      [person.accountId, fresh.sessionId],
    );
    expect(await status(a, old)).toBe('session_revoked');
    expect(await status(a, fresh)).toBe('live');
  });
});
