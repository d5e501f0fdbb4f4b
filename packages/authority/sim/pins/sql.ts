import type { Pin } from './collect.ts';

/**
 * What the fakes stand for. A pin that no longer holds says: look at the fake it names, change it if it has to be, then
 * write down here what the real code says now.
 */
export const sqlPins: readonly Pin[] = [
  {
    file: 'packages/authority/src/postgres/history.ts',
    fake: 'statements of protocol-statements.ts that read the generation and the history: shareGeneration, holdGeneration, readGeneration',
    texts: [
      '(SELECT system_identifier::text FROM pg_control_system()) AS system_id, CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline',
      'g.generation, g.replication_ids, g.leases_complete, g.postgres_system_id AS registered_system_id, g.postgres_timeline AS registered_timeline',
      'SELECT pg_advisory_xact_lock_shared(8097, 1)',
      'SELECT pg_advisory_xact_lock(8097, 1)',
      'SELECT ${GENERATION_COLUMNS}, ${HISTORY_COLUMNS}, pg_current_xact_id()::text AS xid, NOT EXISTS (SELECT 1 FROM portcullis.index_lease l WHERE l.generation <> g.generation) AS every_lease_current FROM portcullis.index_generation g',
    ],
  },
  {
    file: 'packages/authority/src/postgres/sessions.ts',
    fake: 'truth, truths, transactionStatus, lockForHeal, currentGeneration in protocol-statements.ts; their steps in stores.ts',
    texts: [
      '(extract(epoch from s.${column}) * 1000)::float8 AS ${column}',
      "pg_is_in_recovery() AS in_recovery, s.id IS NOT NULL AS found, (s.revoked_at IS NOT NULL OR a.id IS NULL OR a.epoch <> s.epoch OR a.disabled_at IS NOT NULL OR a.deleted_at IS NOT NULL) AS revoked, (clock_timestamp() >= s.expires_at OR clock_timestamp() >= s.idle_expires_at) AS expired, ${['created_at', 'authenticated_at', 'last_seen_at', 'idle_expires_at', 'expires_at'].map(ms).join(', ')}",
      'SELECT ${FACTS} FROM (SELECT 1) AS one LEFT JOIN portcullis.session s ON s.id = $1 AND s.account_id = $2 LEFT JOIN portcullis.account a ON a.id = s.account_id',
      'SELECT ${FACTS} FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS asked (session_id, account_id, place) LEFT JOIN portcullis.session s ON s.id = asked.session_id AND s.account_id = asked.account_id LEFT JOIN portcullis.account a ON a.id = s.account_id ORDER BY asked.place',
      'SELECT pg_xact_status($1::xid8) AS status, g.generation, ${HISTORY_COLUMNS} FROM portcullis.index_generation g',
      'SELECT 1',
      'BEGIN',
      'SELECT id FROM portcullis.account WHERE id = $1 FOR NO KEY UPDATE NOWAIT',
      'COMMIT',
      'SELECT generation, pg_is_in_recovery() AS in_recovery FROM portcullis.index_generation',
      'ROLLBACK',
    ],
  },
  {
    file: 'packages/authority/src/postgres/leases.ts',
    fake: 'poll, replaceGeneration, somebodyReaches, markLeasesComplete, removeLease in protocol-statements.ts; their steps in stores.ts',
    texts: [
      "WITH g AS MATERIALIZED (SELECT * FROM portcullis.index_generation FOR SHARE), extended AS ( INSERT INTO portcullis.index_lease (instance_id, generation, expires_at, reaches_index, started_at, version) SELECT $1, g.generation, clock_timestamp() + $4 * interval '1 millisecond', $3, clock_timestamp(), $5 FROM g WHERE g.generation = $2 ON CONFLICT (instance_id) DO UPDATE SET generation = excluded.generation, expires_at = excluded.expires_at, reaches_index = excluded.reaches_index RETURNING 1 ) SELECT ${GENERATION_COLUMNS}, ${HISTORY_COLUMNS}, EXISTS (SELECT 1 FROM extended) AS extended, EXISTS (SELECT 1 FROM portcullis.index_lease l WHERE l.instance_id <> $1 AND l.generation = g.generation AND l.reaches_index AND l.expires_at > clock_timestamp()) AS somebody_reaches, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS database_now FROM g",
      'UPDATE portcullis.index_generation SET generation = $2, replication_ids = $3, postgres_system_id = $4, postgres_timeline = $5, leases_complete = $6, registered_at = clock_timestamp() WHERE generation = $1',
      'SELECT 1 FROM portcullis.index_lease WHERE generation = $1 AND instance_id <> $2 AND reaches_index AND expires_at > clock_timestamp() LIMIT 1',
      'BEGIN',
      "SET LOCAL lock_timeout = '200ms'",
      'COMMIT',
      'ROLLBACK',
      'ROLLBACK',
      'UPDATE portcullis.index_generation SET leases_complete = true WHERE generation = $1',
      'DELETE FROM portcullis.index_lease WHERE instance_id = $1',
      'SET synchronous_commit = on',
    ],
  },
  {
    file: 'apps/api/src/services/session/steps.ts',
    fake: 'openSession, checkLive (LIVE, and what can be ended), endAllSessions, keepSession, endSession in verb-statements.ts; countOthers changes nothing',
    texts: [
      's.revoked_at IS NULL AND s.epoch = a.epoch AND a.disabled_at IS NULL AND a.deleted_at IS NULL AND s.expires_at > clock_timestamp() AND s.idle_expires_at > clock_timestamp()',
      "INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at, idle_seconds, idle_expires_at, expires_at, ip, user_agent, refresh_hash, refresh_rotated_at) SELECT ?, a.id, a.epoch, ?, ?, t.now, t.now, t.now, ?::int, t.now + ?::int * interval '1 second', t.now + ?::int * interval '1 second', ?, ?, ?, t.now FROM portcullis.account a, (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) t WHERE a.id = ? AND a.epoch = ? AND a.disabled_at IS NULL AND a.deleted_at IS NULL FOR KEY SHARE OF a RETURNING (extract(epoch FROM created_at) * 1000)::float8 AS created_at, (extract(epoch FROM expires_at) * 1000)::float8 AS expires_at",
      'SELECT 1 FROM portcullis.session s JOIN portcullis.account a ON a.id = s.account_id WHERE s.id = ? AND a.id = ? AND ${LIVE}',
      'SELECT 1 FROM portcullis.session s JOIN portcullis.account a ON a.id = s.account_id WHERE s.id = ? AND a.id = ? AND s.revoked_at IS NULL AND s.epoch = a.epoch AND s.expires_at > clock_timestamp()',
      'WITH asked AS MATERIALIZED ( SELECT ?::uuid AS id, ?::bigint AS epoch, ?::text AS besides, statement_timestamp() AS now, floor(extract(epoch FROM statement_timestamp()) / 3600)::int AS hour ) SELECT least(1001, (SELECT count(*) FROM (SELECT 1 FROM portcullis.session s WHERE s.account_id = (SELECT id FROM asked) AND s.epoch = (SELECT epoch FROM asked) AND s.revoked_at IS NULL AND s.live_until_hour > (SELECT hour FROM asked) LIMIT 1001) AS later) + (SELECT count(*) FROM (SELECT 1 FROM portcullis.session s WHERE s.account_id = (SELECT id FROM asked) AND s.epoch = (SELECT epoch FROM asked) AND s.revoked_at IS NULL AND s.live_until_hour = (SELECT hour FROM asked) AND least(s.idle_expires_at, s.expires_at) > (SELECT now FROM asked) LIMIT 1001) AS soon))::int - (SELECT count(*) FROM portcullis.session s WHERE s.id = (SELECT besides FROM asked) AND s.account_id = (SELECT id FROM asked) AND s.epoch = (SELECT epoch FROM asked) AND s.revoked_at IS NULL AND least(s.idle_expires_at, s.expires_at) > (SELECT now FROM asked))::int AS n',
      'WITH stepped AS ( UPDATE portcullis.account SET epoch = epoch + 1, link_epoch = link_epoch + ?::int, updated_at = clock_timestamp() WHERE id = ? RETURNING id, epoch ) UPDATE portcullis.session s SET epoch = stepped.epoch FROM stepped WHERE s.id = ? AND s.account_id = stepped.id AND s.epoch = stepped.epoch - 1 AND s.revoked_at IS NULL',
      'UPDATE portcullis.session SET revoked_at = ?, revoked_by = ? WHERE id = ? AND account_id = ? AND revoked_at IS NULL RETURNING 1 AS ended',
    ],
  },
  {
    file: 'apps/api/src/services/account/links.ts',
    fake: 'findLink, spendLink in verb-statements.ts; links of the model do not expire',
    texts: [
      "SELECT v.id, v.account_id AS \"accountId\", v.payload->>'email' AS email FROM portcullis.verification v JOIN portcullis.account a ON a.id = v.account_id WHERE v.secret_hash = ? AND v.purpose = ? AND v.used_at IS NULL AND v.expires_at > clock_timestamp() AND a.deleted_at IS NULL AND a.disabled_at IS NULL AND (v.link_epoch = a.link_epoch OR v.purpose = 'undo_email_change')",
      'UPDATE portcullis.verification SET used_at = ? WHERE id = ? AND used_at IS NULL RETURNING id',
    ],
  },
  {
    file: 'apps/api/src/services/session/sign-in.ts',
    fake: 'rehash in verb-statements.ts',
    texts: [
      "SELECT set_config('portcullis.rehash', 'on', true)",
      'UPDATE portcullis.account SET password_hash = ? WHERE id = ? AND password_hash = ?',
    ],
  },
  {
    file: 'apps/api/src/touch.ts',
    fake: 'touch in verb-statements.ts',
    texts: [
      "UPDATE portcullis.session s SET last_seen_at = t.now, idle_expires_at = least(s.expires_at, t.now + s.idle_seconds * interval '1 second') FROM portcullis.account a, (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) t WHERE s.id = $1 AND s.account_id = $2 AND a.id = s.account_id AND a.epoch = s.epoch AND a.disabled_at IS NULL AND a.deleted_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > t.now AND s.idle_expires_at > t.now AND s.last_seen_at <= t.now - $3 * interval '1 millisecond'",
    ],
  },
  {
    file: 'apps/api/src/services/cleanup/leases.ts',
    fake: 'deadLeases, removeLeases in protocol-statements.ts; the steps in clean-up.ts',
    texts: [
      "SELECT instance_id AS id, expires_at::text AS until FROM portcullis.index_lease WHERE expires_at < now() - ?::int * interval '1 second' ORDER BY expires_at LIMIT ?::int",
      'DELETE FROM portcullis.index_lease l USING jsonb_to_recordset(?::jsonb) AS s (id text, until timestamptz) WHERE l.instance_id = s.id AND l.expires_at = s.until RETURNING 1 AS gone',
    ],
  },
  {
    file: 'apps/api/src/db/unit-of-work-client.ts',
    fake: 'commit, rollback in connection.ts',
    texts: [
      'commit',
      'rollback',
      'BEGIN failed',
      'BEGIN',
      'rollback',
      'ROLLBACK',
      'given up before COMMIT was sent',
      'SET LOCAL statement_timeout = 0; COMMIT',
      'COMMIT',
      'COMMIT was answered ${String(last?.command)}',
      'the connection was lost during COMMIT',
    ],
  },
];
