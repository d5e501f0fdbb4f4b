import type { PostgresCluster } from '../stack/postgres-cluster.ts';

/** Something that the database holds and must not. */
export interface HalfDone {
  what: string;
  count: number;
}

/**
 * G3, looked up when all is quiet: what one commit does together is there together. Each query counts what is there in
 * part.
 */
const CHECKS: readonly [what: string, sql: string][] = [
  [
    'accounts whose spent links, ended epochs and audit events of resets differ in number',
    `SELECT count(*)::int AS n FROM (
      SELECT a.id,
        (SELECT count(*) FROM portcullis.verification v WHERE v.account_id = a.id AND v.used_at IS NOT NULL) AS spent,
        (SELECT count(*) FROM portcullis.account_epoch e WHERE e.account_id = a.id AND e.cause = 'password_reset') AS epochs,
        (SELECT count(*) FROM portcullis.audit_event u WHERE u.account_id = a.id AND u.type = 'password_reset') AS audits,
        (SELECT count(*) FROM portcullis.revocation_feed f WHERE f.account_id = a.id AND f.cause = 'password_reset') AS told
      FROM portcullis.account a) one WHERE spent <> epochs OR epochs <> audits OR audits <> told`,
  ],
  [
    'accounts whose ended epochs and audit events of password changes differ in number',
    `SELECT count(*)::int AS n FROM (
      SELECT a.id,
        (SELECT count(*) FROM portcullis.account_epoch e WHERE e.account_id = a.id AND e.cause = 'password_changed') AS epochs,
        (SELECT count(*) FROM portcullis.audit_event u WHERE u.account_id = a.id AND u.type = 'password_changed') AS audits
      FROM portcullis.account a) one WHERE epochs <> audits`,
  ],
  [
    'accounts whose epoch is not one more than the number of epochs that ended',
    `SELECT count(*)::int AS n FROM portcullis.account a
      WHERE a.epoch <> 1 + (SELECT count(*) FROM portcullis.account_epoch e WHERE e.account_id = a.id)`,
  ],
  [
    'accounts whose sessions differ in number from the audit events that opened them',
    `SELECT count(*)::int AS n FROM (
      SELECT a.id,
        (SELECT count(*) FROM portcullis.session s WHERE s.account_id = a.id) AS sessions,
        (SELECT count(*) FROM portcullis.audit_event u WHERE u.account_id = a.id
          AND u.type IN ('signed_in', 'password_changed', 'reauthenticated')) AS audits
      FROM portcullis.account a) one WHERE sessions <> audits`,
  ],
  [
    'resets and password changes without the notice that their commit enqueues',
    `SELECT greatest(0, (SELECT count(*) FROM portcullis.audit_event WHERE type IN ('password_reset', 'password_changed'))
      - (SELECT count(*) FROM portcullis.notice WHERE kind IN ('password_reset', 'password_changed')))::int AS n`,
  ],
  [
    'sessions that are live under an epoch that has ended',
    `SELECT count(*)::int AS n FROM portcullis.session s JOIN portcullis.account a ON a.id = s.account_id
      WHERE s.epoch > a.epoch`,
  ],
];

export const findHalfDone = (postgres: PostgresCluster): Promise<HalfDone[]> =>
  postgres.asAdmin(async (client) => {
    const found: HalfDone[] = [];
    for (const [what, sql] of CHECKS) {
      const { rows } = await client.query<{ n: number }>(sql);
      const count = rows[0]?.n ?? 0;
      if (count > 0) found.push({ what, count });
    }
    return found;
  });
