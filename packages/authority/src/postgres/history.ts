import type { Generation, GenerationSeen, PostgresHistory } from '../ports.ts';

/**
 * The server's own history. `pg_control_checkpoint()` lags after a promotion, so the timeline is read off the name of
 * the WAL file being written; a server in recovery has none.
 */
export const HISTORY_COLUMNS = `(SELECT system_identifier::text FROM pg_control_system()) AS system_id,
  CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline`;

export const GENERATION_COLUMNS = `g.generation, g.replication_ids, g.leases_complete,
  g.postgres_system_id AS registered_system_id, g.postgres_timeline AS registered_timeline`;

/** P2 step 2. Alone in its statement: a statement that waits here would read the generation of before its wait. */
export const SHARE_GENERATION = 'SELECT pg_advisory_xact_lock_shared(8097, 1)';

/** The registrar's side of the same lock. */
export const HOLD_GENERATION = 'SELECT pg_advisory_xact_lock(8097, 1)';

/** P2 step 3. */
export const READ_GENERATION = `
SELECT ${GENERATION_COLUMNS}, ${HISTORY_COLUMNS}, pg_current_xact_id()::text AS xid,
  NOT EXISTS (SELECT 1 FROM portcullis.index_lease l WHERE l.generation <> g.generation) AS every_lease_current
FROM portcullis.index_generation g`;

export interface GenerationRow {
  generation: string;
  replication_ids: string[] | null;
  leases_complete: boolean;
  registered_system_id: string | null;
  registered_timeline: string | null;
  system_id: string;
  timeline: string | null;
}

export const generationOf = (row: GenerationRow): Generation => ({
  name: row.generation,
  replicationIds: row.replication_ids,
});

export const registeredOn = (row: GenerationRow): PostgresHistory | null =>
  row.registered_system_id === null || row.registered_timeline === null
    ? null
    : { systemId: row.registered_system_id, timeline: row.registered_timeline };

export const historyOf = (row: { system_id: string; timeline: string | null }): PostgresHistory => {
  if (row.timeline === null) throw new Error('the Postgres server that answered is in recovery');
  return { systemId: row.system_id, timeline: row.timeline };
};

/** Turns the row of READ_GENERATION into what the protocol judges. */
export const generationSeen = (
  row: GenerationRow & { every_lease_current: boolean; xid: string },
): GenerationSeen => ({
  generation: generationOf(row),
  leasesComplete: row.leases_complete,
  everyLeaseCurrent: row.every_lease_current,
  registeredOn: registeredOn(row),
  history: historyOf(row),
  xid: row.xid,
});
