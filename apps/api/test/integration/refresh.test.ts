import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh } from '../../src/services/session/refresh.ts';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { closedGate } from '../support/gate.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, open, type Opened, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const OLD_KEY = Buffer.alloc(32, 'the refresh key of last year');
const NEW_KEY = Buffer.alloc(32, 'the refresh key of this year');

describe('P8, G11: refreshing signs nobody out by accident, and a spent secret ends the session', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  const instances: Instance[] = [];
  /** In the middle of a rotation of the key ring: one signs with the old key, one knows both, one signs with the new. */
  let old: Instance;
  let both: Instance;
  let next: Instance;

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    const start = async (refreshKeys: Buffer[]) => {
      const one = await startInstance({ databaseUrl: base.url, redisUrl: redis.url, refreshKeys });
      instances.push(one);
      return one;
    };
    old = await start([OLD_KEY]);
    both = await start([OLD_KEY, NEW_KEY]);
    next = await start([NEW_KEY, OLD_KEY]);
  });
  afterAll(async () => {
    for (const one of instances) await one.close();
    await finishRedis(redis);
    await base.drop();
  });

  const present = async (by: Instance, refreshToken: string) =>
    (await refresh(by.ctx(), { refreshToken })).tokens.refreshToken;
  /** Moves the last rotation into the past; nothing else in the database knows of the window. */
  const later = ({ sessionId }: Opened, seconds = 61) =>
    rows(
      both,
      `UPDATE portcullis.session SET refresh_rotated_at = refresh_rotated_at - ${seconds} * interval '1 second' WHERE id = ?`,
      [sessionId],
    );
  const isLive = async (by: Instance, { sessionId, accountId }: Opened) =>
    (await by.verify(sessionId, accountId)).status === 'live';
  const counterOf = async ({ sessionId }: Opened) =>
    (
      await rows<{ refresh_counter: number }>(
        both,
        'SELECT refresh_counter FROM portcullis.session WHERE id = ?',
        [sessionId],
      )
    )[0]?.refresh_counter;

  it('P8, G11: 20 tabs on three instances at once get one successor, by one rotation, and nobody is signed out', async () => {
    const session = await open(both, await makePerson(both));
    await later(session);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => present(n % 2 ? both : old, session.refreshToken)),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers).not.toContain(session.refreshToken);
    expect(await counterOf(session)).toBe(1);
    expect(await isLive(next, session)).toBe(true);
  });

  it('P8, G11: two that read the same secret and rotate at the same moment end with one successor', async () => {
    const session = await open(both, await makePerson(both));
    await later(session);
    let done: Promise<string[]> = Promise.resolve([]);
    await both.db.write(performance.now() + 20_000, async (tx) => {
      await tx.execute('SELECT 1 FROM portcullis.session WHERE id = ? FOR UPDATE', [session.sessionId]);
      done = Promise.all([old, both].map((by) => present(by, session.refreshToken)));
      // Both have decided to rotate and wait for the row.
      const waiting = `SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%refresh_previous_hash = s.refresh_hash%'`;
      await expect.poll(() => rows(next, waiting)).toHaveLength(2);
    });
    expect(new Set(await done).size).toBe(1);
    expect(await counterOf(session)).toBe(1);
    expect(await isLive(next, session)).toBe(true);
  });

  it('P8, G11: a reply that was lost is given again, as often as it is asked for within the window', async () => {
    const session = await open(both, await makePerson(both));
    await later(session);
    const successor = await present(both, session.refreshToken);
    for (const by of [old, both, next]) expect(await present(by, session.refreshToken)).toBe(successor);
    await later(session, 50);
    for (const by of [old, both, next]) expect(await present(by, session.refreshToken)).toBe(successor);
    // The successor itself is not rotated within its window: the one before stays known.
    expect(await present(both, successor)).toBe(successor);
    expect(await counterOf(session)).toBe(1);
  });

  it('P8: a secret spent for longer than the window ends the session, for the thief and for the owner', async () => {
    const session = await open(both, await makePerson(both));
    await later(session);
    const successor = await present(both, session.refreshToken);
    await later(session);
    await expect(present(next, session.refreshToken)).rejects.toMatchObject({ reason: 'session_revoked' });
    for (const by of [old, both, next]) expect(await isLive(by, session)).toBe(false);
    await expect(present(both, successor)).rejects.toMatchObject({ reason: 'session_revoked' });
    const [ended] = await rows<{ revoked_by: string }>(
      both,
      'SELECT revoked_by FROM portcullis.session WHERE id = ?',
      [session.sessionId],
    );
    expect(ended?.revoked_by).toBe('refresh_reuse');
  });

  it('P8: also the secret before the one before, and one that never was', async () => {
    const session = await open(both, await makePerson(both));
    await later(session);
    const second = await present(both, session.refreshToken);
    await later(session);
    expect(await present(both, second)).not.toBe(second);
    await expect(present(both, session.refreshToken)).rejects.toMatchObject({ reason: 'session_revoked' });
    const other = await open(both, await makePerson(both));
    const made = `${other.sessionId}.${Buffer.alloc(32, 'x').toString('base64url')}`;
    await expect(present(both, made)).rejects.toMatchObject({ reason: 'session_revoked' });
    expect(await isLive(both, other)).toBe(false);
  });

  it('P8, G11: the key ring rotates between a rotation and its retry: the same successor, under the key that made it', async () => {
    const session = await open(old, await makePerson(old));
    await later(session);
    const successor = await present(old, session.refreshToken);
    expect(await present(next, session.refreshToken)).toBe(successor);
    await later(session);
    const newer = await present(next, successor);
    // The one that does not sign with the new key yet knows it: nobody is signed out by the order of the deployment.
    expect(await present(both, successor)).toBe(newer);
    expect(await isLive(old, session)).toBe(true);
  });

  it('G10, W5: a rotation that decided before a revocation and comes to its update after it changes nothing', async () => {
    const session = await open(both, await makePerson(both));
    await later(session);
    const caller = await both.as(session.sessionId, session.accountId);
    const decided = closedGate();
    const slow = await startInstance({
      databaseUrl: base.url,
      redisUrl: redis.url,
      refreshKeys: [OLD_KEY],
      onQuery: () => undefined,
    });
    const write = slow.db.write.bind(slow.db);
    slow.db.write = async (...args) => {
      await decided.pass();
      return write(...args);
    };
    const late = present(slow, session.refreshToken).catch((error: unknown) => error);
    await decided.arrived;
    await revokeAll(caller);
    decided.open();
    expect(await late).toMatchObject({ reason: 'session_revoked' });
    expect(await counterOf(session)).toBe(0);
    for (const by of [old, both, next]) expect(await isLive(by, session)).toBe(false);
    await slow.close();
  });
});
