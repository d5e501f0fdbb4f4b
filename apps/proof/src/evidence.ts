import type { ProofStack } from './stack/stack.ts';

const SESSION = `
SELECT s.epoch::text, s.revoked_at::text AS revoked_at, s.revoked_by, a.epoch::text AS account_epoch, a.disabled_at::text AS disabled_at
FROM portcullis.session s JOIN portcullis.account a ON a.id = s.account_id WHERE s.id = $1`;

const PROTOCOL = `
SELECT (SELECT row_to_json(g) FROM portcullis.index_generation g) AS generation,
  (SELECT json_agg(l) FROM portcullis.index_lease l) AS leases,
  pg_walfile_name(pg_current_wal_lsn()) AS wal, clock_timestamp()::text AS now`;

/** What both stores hold about a session right now; for the report of a violation. */
export const gatherEvidence = async (
  stack: ProofStack,
  account: string,
  sessionId: string,
): Promise<Record<string, unknown>> => {
  const fromPostgres = stack.postgres.asAdmin(async (client) => ({
    session: (await client.query(SESSION, [sessionId])).rows[0] ?? null,
    protocol: (await client.query(PROTOCOL)).rows[0] ?? null,
  }));
  const fromRedis = stack.redis.nodes.map(async ({ name, ask }) => {
    const found = await ask(async (client) => ({
      replication: await client.info('replication'),
      keys: await Promise.all(
        (await client.keys(`pc:*{${account}}`)).map(async (key) => ({
          key,
          fields: await client.hGetAll(key),
        })),
      ),
    })).catch(String);
    return [name, found];
  });
  return {
    postgres: await fromPostgres.catch(String),
    redis: Object.fromEntries(await Promise.all(fromRedis)) as Record<string, unknown>,
    targets: stack.instances.map(({ index, redis, postgres }) => ({
      index,
      redis: redis.target.port,
      postgres: postgres.target.port,
    })),
  };
};
