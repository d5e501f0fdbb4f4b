import { expect, it } from 'vitest';
import { startTestRedis } from '@portcullis/devstack/test-redis';
import { signOut } from '../../src/services/session/revoke.ts';
import { finishRedis } from '../support/hooks.ts';
import { startInstance } from '../support/instance.ts';
import { makePerson, open, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

it('G1, P9: a sign-out at the idle end stands, although a use recorded before it commits only afterwards', async () => {
  const base = await freshDatabase();
  const redis = await startTestRedis();
  const a = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
  try {
    const { sessionId, accountId } = await open(a, await makePerson(a));
    const moveIdleEnd = (by: string) =>
      rows(a, `UPDATE portcullis.session SET idle_expires_at = now() + interval '${by}' WHERE id = ?`, [
        sessionId,
      ]);
    const ctx = await a.as(sessionId, accountId);
    await moveIdleEnd('-1 second');
    await expect(signOut(ctx)).resolves.toEqual({ status: 'signed_out' });
    // What the use writes, had it held the row since before the idle end.
    await moveIdleEnd('1 hour');
    expect(await a.verify(sessionId, accountId)).toMatchObject({ reason: 'session_revoked' });
  } finally {
    await a.close();
    await finishRedis(redis);
    await base.drop();
  }
});
