import type { Tx } from '../../db/transaction.ts';
import type { CleanUpDeps } from './policy.ts';

/*
 * Audit events live in one partition a month, by UTC, whatever the session's time zone. Both steps here need locks
 * that verbs would queue behind, so they wait for them only briefly and leave the rest to the next run.
 */

const LOCK_WAIT = `SET LOCAL lock_timeout = '500ms'`;

/** One worker at a time; the others find nothing left to do. */
const ALONE = `SELECT pg_try_advisory_xact_lock(hashtextextended('portcullis.audit_months', 0)) AS alone`;

const THIS_MONTH = `date_trunc('month', now() AT TIME ZONE 'UTC')`;

// This month's and the next two: an insert finds a partition of its own also when no worker ran for weeks.
const MISSING = `
SELECT to_char(m, 'YYYY_MM') AS month, to_char(m, 'YYYY-MM-DD') AS first, to_char(m + interval '1 month', 'YYYY-MM-DD') AS next
FROM generate_series(${THIS_MONTH}, ${THIS_MONTH} + interval '2 months', interval '1 month') AS m
WHERE to_regclass('portcullis.audit_event_' || to_char(m, 'YYYY_MM')) IS NULL`;

const CUT_OFF = `(${THIS_MONTH} - ?::int * interval '1 month')`;

const OLD = `
SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'portcullis.audit_event'::regclass
  AND CASE WHEN c.relname ~ '^audit_event_[0-9]{4}_[0-9]{2}$' THEN to_timestamp(right(c.relname, 7), 'YYYY_MM')::timestamp < ${CUT_OFF} END
ORDER BY c.relname`;

const REST_IS_OLD = `
SELECT EXISTS (SELECT 1 FROM portcullis.audit_event_rest)
  AND NOT EXISTS (SELECT 1 FROM portcullis.audit_event_rest WHERE at >= ${CUT_OFF} AT TIME ZONE 'UTC') AS old`;

interface Month {
  month: string;
  first: string;
  next: string;
}

/**
 * Adds the partitions of this month and the next two. Attaching locks the parent so weakly that inserts go on; a month
 * whose events went to the rest already, since nobody added it in time, stays there.
 * @returns how many were added
 */
export const addAuditMonths = async (deps: CleanUpDeps): Promise<number> => {
  if (!(await ownsTheSchema(deps))) return asOwner(deps, 'add_audit_months');
  const missing = await deps.db.read((em) => em.execute<Month[]>(MISSING));
  let added = 0;
  for (const { month, first, next } of missing) {
    const table = `portcullis.audit_event_${month}`;
    const done = await brieflyAlone(deps, async (tx) => {
      await tx.execute(
        `CREATE TABLE ${table} (LIKE portcullis.audit_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
      );
      await tx.execute(
        `ALTER TABLE portcullis.audit_event ATTACH PARTITION ${table} FOR VALUES FROM ('${first} 00:00:00+00') TO ('${next} 00:00:00+00')`,
      );
    });
    if (done) added += 1;
  }
  return added;
};

/** Drops whole months at a time: a partition goes at once, whatever it holds. @returns how many went */
export const dropAuditMonths = async (deps: CleanUpDeps): Promise<number> => {
  const { auditMonths } = deps.policy;
  if (auditMonths === null) return 0;
  if (!(await ownsTheSchema(deps))) return asOwner(deps, 'drop_audit_months');
  const old = await deps.db.read((em) => em.execute<{ name: string }[]>(OLD, [auditMonths]));
  let dropped = 0;
  for (const { name } of old)
    if (await brieflyAlone(deps, (tx) => tx.execute(`DROP TABLE IF EXISTS portcullis.${name}`))) dropped += 1;
  const isRestOld = async (on: Pick<Tx, 'execute'>) =>
    (await on.execute<{ old: boolean }[]>(REST_IS_OLD, [auditMonths]))[0]?.old === true;
  if (await deps.db.read(isRestOld))
    await brieflyAlone(deps, async (tx) => {
      await tx.execute('LOCK TABLE portcullis.audit_event_rest IN ACCESS EXCLUSIVE MODE');
      if (await isRestOld(tx)) await tx.execute('TRUNCATE portcullis.audit_event_rest');
    });
  return dropped;
};

const ownsTheSchema = async (deps: CleanUpDeps): Promise<boolean> => {
  const owns = `SELECT has_schema_privilege('portcullis', 'CREATE') AS owns`;
  const [row] = await deps.db.read((em) => em.execute<{ owns: boolean }[]>(owns));
  return row?.owns === true;
};

/** The same by a function of the owner, for a role without DDL; how many months are kept, the owner has said. */
const asOwner = async (
  deps: CleanUpDeps,
  name: 'add_audit_months' | 'drop_audit_months',
): Promise<number> => {
  let changed = 0;
  await brieflyAlone(deps, async (tx) => {
    const [row] = await tx.execute<{ n: number }[]>(`SELECT portcullis.${name}() AS n`);
    changed = Number(row?.n ?? 0);
  });
  return changed;
};

/** Events of this month stand in the rest already: the server refuses to cut its range out of the rest. */
const IN_THE_REST = '23514';
const LOCK_NOT_AVAILABLE = '55P03';

/** False when another worker is at it, or when the month has to stay in the rest. @throws Error when the table is in use */
const brieflyAlone = (deps: CleanUpDeps, work: (tx: Tx) => Promise<unknown>): Promise<boolean> =>
  deps.db
    .write(deps.clock.monotonicMs() + deps.policy.statementMs, async (tx) => {
      const [row] = await tx.execute<{ alone: boolean }[]>(ALONE);
      if (row?.alone !== true) return false;
      await tx.execute(LOCK_WAIT);
      try {
        await work(tx);
        return true;
      } catch (error) {
        // Without its code the transaction is not tried again at once: every try holds up the verbs.
        if (codeOf(error) === LOCK_NOT_AVAILABLE)
          throw new Error('the audit table is in use', { cause: error });
        throw error;
      }
    })
    .catch((error: unknown) => {
      if (codeOf(error) === IN_THE_REST) return false;
      throw error;
    });

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
