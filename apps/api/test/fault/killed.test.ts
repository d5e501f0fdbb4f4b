import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RevokingStep } from '@portcullis/authority/revoke';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const program = fileURLToPath(new URL('../support/killed-at.ts', import.meta.url));

describe('P2: a process killed at any step leaves everything before or everything after', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let other: Instance;

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    other = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
  });
  afterAll(async () => {
    await other.close();
    await finishRedis(redis);
    await base.drop();
  });

  const dieAt = async (step: RevokingStep, token: string) => {
    const child = spawn(process.execPath, [program, base.url, redis.url, step, token], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect({ signal, output }).toEqual({ signal: 'SIGKILL', output: '' });
  };

  const before: RevokingStep[] = ['locked', 'shared', 'effective', 'decided', 'fenced', 'applied'];
  const after: RevokingStep[] = ['committed', 'released'];

  for (const step of [...before, ...after]) {
    it(`killed at "${step}" (G1, G3, G8)`, async () => {
      const person = await makePerson(other);
      const session = await open(other, person);
      await expect
        .poll(() => other.verify(session.sessionId, session.accountId))
        .toMatchObject({ source: 'index' });
      const token = await mintLink(other, person);
      await dieAt(step, token);
      const took = after.includes(step);
      // Postgres notices the closed connection by itself; until then the row stays locked and verifications ask Postgres.
      await expect
        .poll(() =>
          rows(
            other,
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
          ),
        )
        .toEqual([]);
      const [account] = await rows<{ epoch: string }>(
        other,
        'SELECT epoch FROM portcullis.account WHERE id = ?',
        [person.accountId],
      );
      expect(account?.epoch).toBe(took ? '2' : '1');
      const records = await rows(
        other,
        "SELECT type FROM portcullis.audit_event WHERE account_id = ? AND type = 'password_reset'",
        [person.accountId],
      );
      expect(records).toHaveLength(took ? 1 : 0);
      const verdict = await other.verify(session.sessionId, session.accountId);
      expect(verdict).toMatchObject(
        took ? { status: 'rejected', reason: 'session_revoked' } : { status: 'live' },
      );
      // A fence left behind sends verifications to Postgres until one of them heals it (P4); then the index answers again.
      await expect
        .poll(() => other.verify(session.sessionId, session.accountId))
        .toMatchObject({ ...verdict, source: 'index' });
      if (took)
        await expect(
          resetPassword(other.ctx(), { token, newPassword: 'a third passphrase 3' }),
        ).rejects.toMatchObject({ reason: 'verification_invalid' });
      else
        expect(await resetPassword(other.ctx(), { token, newPassword: 'a third passphrase 3' })).toEqual({
          sessionsEnded: 1,
        });
      expect(await other.verify(session.sessionId, session.accountId)).toMatchObject({
        reason: 'session_revoked',
      });
    });
  }
});
