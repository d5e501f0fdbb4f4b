import type { CleanUpDeps } from './policy.ts';

interface Suspect {
  id: string;
  /** As Postgres writes it, to the microsecond. */
  until: string;
}

const SUSPECTS = `
SELECT instance_id AS id, expires_at::text AS until FROM portcullis.index_lease
WHERE expires_at < now() - ?::int * interval '1 second' ORDER BY expires_at LIMIT ?::int`;

const REMOVE = `
DELETE FROM portcullis.index_lease l USING jsonb_to_recordset(?::jsonb) AS s (id text, until timestamptz)
WHERE l.instance_id = s.id AND l.expires_at = s.until RETURNING 1 AS gone`;

/**
 * Removes the rows of instances that are gone. The database's clock only finds them: it may have leapt, and the lease of
 * somebody who cannot renew it just now would look as dead. A row goes once it stood unchanged for a whole lease by this
 * process's own monotonic clock (P5).
 */
export const removeDeadLeases = async (
  { db, clock, policy }: CleanUpDeps,
  signal: AbortSignal,
): Promise<number> => {
  const run = <T>(sql: string, values: unknown[]) =>
    db.write(clock.monotonicMs() + policy.statementMs, (tx) => tx.execute<T[]>(sql, values));
  const suspects = await run<Suspect>(SUSPECTS, [policy.leaseSeconds * 10, policy.batch]);
  if (suspects.length === 0) return 0;
  await clock.sleep(policy.leaseSeconds * 1_000, signal).catch(() => undefined);
  if (signal.aborted) return 0;
  return (await run(REMOVE, [JSON.stringify(suspects)])).length;
};
