import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/services/account/change-password.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { refresh } from '../../src/services/session/refresh.ts';
import { revokeAll, revokeOthers, revokeSession, signOut } from '../../src/services/session/revoke.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

describe('revoked means revoked on the next verification, on every instance', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let here: Instance;
  let there: Instance;

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    here = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
    there = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
  });
  afterAll(async () => {
    await here.close();
    await there.close();
    await finishRedis(redis);
    await base.drop();
  });

  /** Both answer from the index before the revocation, so that a stale entry would show. */
  const warm = async (sessionId: string, accountId: string) => {
    for (const instance of [here, there]) {
      await expect
        .poll(() => instance.verify(sessionId, accountId))
        .toMatchObject({ status: 'live', source: 'index' });
    }
  };
  const expectRevoked = async (sessionId: string, accountId: string) => {
    for (const instance of [here, there]) {
      expect(await instance.verify(sessionId, accountId)).toMatchObject({
        status: 'rejected',
        reason: 'session_revoked',
      });
    }
  };

  it('G1, G5, G6: a reset ends every session; the new password works at once, the old one and the link never again', async () => {
    const person = await makePerson(here);
    const first = await open(here, person);
    const second = await open(there, person);
    await warm(first.sessionId, first.accountId);
    await warm(second.sessionId, second.accountId);
    const token = await mintLink(here, person);
    const sibling = await mintLink(here, person);
    expect(await resetPassword(here.ctx(), { token, newPassword: 'another passphrase 2' })).toEqual({
      sessionsEnded: 2,
    });
    await expectRevoked(first.sessionId, first.accountId);
    await expectRevoked(second.sessionId, second.accountId);
    await expect(open(there, person)).rejects.toMatchObject({ reason: 'credentials_invalid' });
    const fresh = await open(there, person, 'another passphrase 2');
    expect(await here.verify(fresh.sessionId, fresh.accountId)).toMatchObject({ status: 'live' });
    for (const link of [token, sibling]) {
      await expect(
        resetPassword(there.ctx(), { token: link, newPassword: 'a third passphrase 3' }),
      ).rejects.toMatchObject({ reason: 'verification_invalid' });
    }
  });

  it('G3: a reset writes epoch, audit event, feed row and the job of its notice in one commit', async () => {
    const person = await makePerson(here);
    await open(here, person);
    const token = await mintLink(here, person);
    await resetPassword(here.ctx(), { token, newPassword: 'another passphrase 2' });
    const [account] = await rows<{ epoch: string; link_epoch: string; xmin: string }>(
      here,
      'SELECT epoch, link_epoch, xmin::text FROM portcullis.account WHERE id = ?',
      [person.accountId],
    );
    expect(account).toMatchObject({ epoch: '2', link_epoch: '2' });
    const written = await rows<{ xmin: string }>(
      here,
      `SELECT xmin::text FROM portcullis.account_epoch WHERE account_id = ?
       UNION ALL SELECT xmin::text FROM portcullis.audit_event WHERE account_id = ? AND type = 'password_reset'
       UNION ALL SELECT xmin::text FROM portcullis.revocation_feed WHERE account_id = ? AND type = 'password_changed'
       UNION ALL SELECT xmin::text FROM portcullis.verification WHERE account_id = ?
       UNION ALL SELECT xmin::text FROM portcullis.notice WHERE kind = 'password_reset' AND xmin::text = ?`,
      [person.accountId, person.accountId, person.accountId, person.accountId, account?.xmin],
    );
    expect(written.map((row) => row.xmin)).toEqual(Array.from({ length: 5 }, () => account?.xmin));
  });

  it('G9: a changed password replaces the caller, ends the others and kills every link', async () => {
    const person = await makePerson(here);
    const mine = await open(here, person);
    const other = await open(there, person);
    await warm(mine.sessionId, mine.accountId);
    await warm(other.sessionId, other.accountId);
    const token = await mintLink(here, person);
    const caller = await here.as(mine.sessionId, mine.accountId);
    const changed = await changePassword(caller, {
      currentPassword: person.password,
      newPassword: 'another passphrase 2',
    });
    expect(changed.sessionsEnded).toBe(1);
    await expectRevoked(mine.sessionId, mine.accountId);
    await expectRevoked(other.sessionId, other.accountId);
    expect(await there.verify(changed.credential.session.id, person.accountId)).toMatchObject({
      status: 'live',
    });
    await expect(
      resetPassword(here.ctx(), { token, newPassword: 'a third passphrase 3' }),
    ).rejects.toMatchObject({ reason: 'verification_invalid' });
  });

  it('keeps exactly the caller when the others are ended, and nobody when all are', async () => {
    const person = await makePerson(here);
    const mine = await open(here, person);
    const other = await open(there, person);
    await warm(mine.sessionId, mine.accountId);
    await warm(other.sessionId, other.accountId);
    expect(await revokeOthers(await here.as(mine.sessionId, mine.accountId))).toEqual({ sessionsEnded: 1 });
    await expectRevoked(other.sessionId, other.accountId);
    await warm(mine.sessionId, mine.accountId);
    expect(await revokeAll(await there.as(mine.sessionId, mine.accountId))).toEqual({ sessionsEnded: 1 });
    await expectRevoked(mine.sessionId, mine.accountId);
  });

  it("ends one session, its own or a sibling, twice without harm, and never another account's", async () => {
    const person = await makePerson(here);
    const stranger = await makePerson(here);
    const mine = await open(here, person);
    const other = await open(here, person);
    const foreign = await open(here, stranger);
    await warm(other.sessionId, other.accountId);
    const caller = await here.as(mine.sessionId, mine.accountId);
    expect(await revokeSession(caller, { sessionId: other.sessionId as never })).toEqual({
      sessionsEnded: 1,
    });
    await expectRevoked(other.sessionId, other.accountId);
    expect(await revokeSession(caller, { sessionId: other.sessionId as never })).toEqual({
      sessionsEnded: 0,
    });
    await expect(revokeSession(caller, { sessionId: foreign.sessionId as never })).rejects.toMatchObject({
      reason: 'not_found',
    });
    expect(await here.verify(foreign.sessionId, foreign.accountId)).toMatchObject({ status: 'live' });
    await signOut(caller);
    await expectRevoked(mine.sessionId, mine.accountId);
    expect(await signOut(caller)).toEqual({ status: 'signed_out' });
  });

  it('P8, G11: twenty tabs refresh at once and get one successor; a secret spent long ago ends the session', async () => {
    const person = await makePerson(here);
    const session = await open(here, person);
    await rows(
      here,
      "UPDATE portcullis.session SET refresh_rotated_at = now() - interval '5 minutes' WHERE id = ?",
      [session.sessionId],
    );
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        refresh((n % 2 ? here : there).ctx(), { refreshToken: session.refreshToken }),
      ),
    );
    const successors = new Set(answers.map((answer) => answer.tokens.refreshToken));
    expect(successors.size).toBe(1);
    expect(successors.has(session.refreshToken)).toBe(false);
    const [successor = ''] = successors;
    expect((await refresh(here.ctx(), { refreshToken: successor })).tokens.refreshToken).toBe(successor);
    await rows(
      here,
      "UPDATE portcullis.session SET refresh_rotated_at = now() - interval '5 minutes' WHERE id = ?",
      [session.sessionId],
    );
    await expect(refresh(there.ctx(), { refreshToken: session.refreshToken })).rejects.toMatchObject({
      reason: 'session_revoked',
    });
    await expectRevoked(session.sessionId, session.accountId);
    await expect(refresh(here.ctx(), { refreshToken: successor })).rejects.toMatchObject({
      reason: 'session_revoked',
    });
  });

  it('leaves no fence behind', async () => {
    const trust = here.authority.lease.trust();
    const fences: string[] = [];
    if (trust?.generation.replicationIds)
      for await (const fence of here.index.fenced(trust.generation as never)) fences.push(fence.accountId);
    expect(fences).toEqual([]);
  });
});
