import { median } from '../arithmetic.ts';
import { makePeople, makeSessions } from '../stack/people.ts';
import type { Deployment } from '../stack/portcullis.ts';
import { withClient, withRedis } from '../stack/stores.ts';
import { bearer } from '../targets/floors.ts';
import { deployed } from '../targets/ours.ts';
import type { Study } from './study.ts';

const SESSIONS = 100_000;
const ENOUGH_CALLS = 60;
const FEW_CALLS = 15;

/** Does `session.revokeAll` take longer the more there is to end? */
export const revokeAll: Study = {
  name: 'revoke-all',
  what: 'session.revokeAll of an account with 100,000 sessions and of one with a single one, by turns',
  isUsual: true,
  run: (bench, pace) =>
    bench.alone(async (lab) => {
      const deployment = await deployed(lab);
      const [crowd, single] = (await makePeople(deployment.databaseUrl, 2)).map(({ id }) => id) as [
        string,
        string,
      ];
      const callers = await makeSessions(deployment.databaseUrl, [crowd, single]);
      await addSessions(deployment.databaseUrl, crowd, SESSIONS - 1);
      const calls = pace.rounds > 1 ? ENOUGH_CALLS : FEW_CALLS;
      const times: { crowd: number[]; single: number[] } = { crowd: [], single: [] };
      for (let call = 0; call < calls + 2; call += 1) {
        for (const [kind, caller] of [
          ['crowd', callers[0]],
          ['single', callers[1]],
        ] as const) {
          if (caller === undefined) throw new Error('a caller is missing');
          await revive(deployment, caller.accountId);
          const ms = await timed(deployment, deployment.mint.bearer(caller));
          // The first two of each pay for statements that are prepared once.
          if (call >= 2) times[kind].push(ms);
        }
      }
      const [many, one] = [median(times.crowd), median(times.single)];
      const ratio = one / many;
      return {
        ratios: { revoke_all_100k_vs_1: ratio },
        figures: { calls, sessions: SESSIONS, medianMs: { of100k: many, of1: one } },
        lines: [
          `session.revokeAll: ${many.toFixed(1)} ms of ${SESSIONS} sessions, ${one.toFixed(1)} ms of one, ratio ${ratio.toFixed(2)}`,
        ],
      };
    }),
};

const timed = async ({ port }: Deployment, token: string): Promise<number> => {
  const startMs = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/trpc/session.revokeAll`, {
    method: 'POST',
    headers: bearer(token),
  });
  const text = await response.text();
  const ms = performance.now() - startMs;
  if (response.status !== 200) throw new Error(`session.revokeAll answered ${response.status}: ${text}`);
  return ms;
};

/**
 * Takes the last revocation back, which the product itself can never do: the very same sessions are ended again by the
 * next call. The guard against it is a trigger, and what the index remembers of the account goes too.
 */
const revive = async ({ databaseUrl, redisUrl }: Deployment, accountId: string): Promise<void> => {
  await withClient(databaseUrl, async (client) => {
    await client.query('ALTER TABLE portcullis.account DISABLE TRIGGER account_epoch_guard');
    await client.query('UPDATE portcullis.account SET epoch = 1 WHERE id = $1', [accountId]);
    await client.query('DELETE FROM portcullis.account_epoch WHERE account_id = $1', [accountId]);
    await client.query('ALTER TABLE portcullis.account ENABLE TRIGGER account_epoch_guard');
  });
  if (redisUrl === null) return;
  await withRedis(redisUrl, async (client) => {
    const keys = await client.keys(`pc:*{${accountId}}`);
    if (keys.length > 0) await client.unlink(keys);
  });
};

/** Live sessions in one statement; nobody holds their tokens. */
const addSessions = (databaseUrl: string, accountId: string, count: number): Promise<void> =>
  withClient(databaseUrl, async (client) => {
    await client.query(
      `INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at,
         last_seen_at, idle_seconds, idle_expires_at, expires_at)
       SELECT translate(encode(sha256(($1 || n::text)::bytea), 'base64'), '+/=', '-_'), $1::uuid, 1, 'cookie', false,
         now(), now(), now(), 43200, now() + interval '12 hours', now() + interval '24 hours'
       FROM generate_series(1, $2::int) n`,
      [accountId, count],
    );
    await client.query('VACUUM ANALYZE portcullis.session');
  });
