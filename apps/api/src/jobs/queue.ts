import type { Pool } from 'pg';
import { redactAddresses, redactJson } from './redact.ts';

/** The queue as an operator sees it. */

export type JobState = 'due' | 'later' | 'running' | 'dead';

export interface JobSummary {
  id: string;
  task: string;
  /** What kind of mail; null for tasks without kinds. */
  kind: string | null;
  state: JobState;
  attempts: number;
  maxAttempts: number;
  runAt: string;
  createdAt: string;
  /** Without addresses. */
  lastError: string | null;
}

export interface JobDetails extends JobSummary {
  /** With every address replaced. */
  payload: unknown;
  lockedBy: string | null;
  lockedAt: string | null;
}

export interface QueueDepth {
  task: string;
  due: number;
  later: number;
  running: number;
  dead: number;
  /** Seconds since the job that has been due for longest could have run; 0 without one. */
  oldestDueSeconds: number;
}

export type Queryable = Pick<Pool, 'query'>;

/** Dead letters that one statement touches. */
const BATCH = 1_000;

const STATE = `CASE WHEN j.locked_at IS NOT NULL THEN 'running' WHEN j.attempts >= j.max_attempts THEN 'dead' WHEN j.run_at > now() THEN 'later' ELSE 'due' END`;

// The library's public view has everything but the payload.
const JOBS = `
SELECT j.id::text, j.task_identifier AS task, p.payload->>'kind' AS kind, ${STATE} AS state, j.attempts, j.max_attempts,
  j.run_at, j.created_at, j.last_error, p.payload, j.locked_by, j.locked_at
FROM graphile_worker.jobs j JOIN graphile_worker._private_jobs p ON p.id = j.id`;

interface JobRow {
  id: string;
  task: string;
  kind: string | null;
  state: JobState;
  attempts: number;
  max_attempts: number;
  run_at: Date;
  created_at: Date;
  last_error: string | null;
  payload: unknown;
  locked_by: string | null;
  locked_at: Date | null;
}

const summary = (row: JobRow): JobSummary => ({
  id: row.id,
  task: row.task,
  kind: row.kind === null ? null : redactAddresses(row.kind),
  state: row.state,
  attempts: row.attempts,
  maxAttempts: row.max_attempts,
  runAt: row.run_at.toISOString(),
  createdAt: row.created_at.toISOString(),
  lastError: row.last_error === null ? null : redactAddresses(row.last_error),
});

/** Jobs, dead letters first, then by when they run; all states without `state`. */
export const listJobs = async (
  db: Queryable,
  { state, limit }: { state?: JobState; limit: number },
): Promise<JobSummary[]> => {
  const sql = `SELECT * FROM (${JOBS}) q WHERE $1::text IS NULL OR state = $1 ORDER BY state <> 'dead', run_at, id::bigint LIMIT $2`;
  const { rows } = await db.query<JobRow>(sql, [state ?? null, limit]);
  return rows.map(summary);
};

export const findJob = async (db: Queryable, id: string): Promise<JobDetails | null> => {
  const { rows } = await db.query<JobRow>(`${JOBS} WHERE j.id = $1::bigint`, [id]);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    ...summary(row),
    payload: redactJson(row.payload),
    lockedBy: row.locked_by,
    lockedAt: row.locked_at?.toISOString() ?? null,
  };
};

const DEAD = `SELECT id FROM graphile_worker.jobs WHERE attempts >= max_attempts AND locked_at IS NULL ORDER BY id LIMIT ${BATCH}`;

/** These jobs, or every dead letter there is. */
export type WhichJobs = { ids: string[] } | 'all dead';

/**
 * Gives jobs all their attempts again, the first one now; running jobs are left alone.
 * Asks the database's function itself: the library's wrapper takes `attempts: 0` for "unchanged".
 * @returns the ids that will run again
 */
export const retryJobs = (db: Queryable, which: WhichJobs): Promise<string[]> =>
  inBatches(db, which, (ids) => `graphile_worker.reschedule_jobs(${ids}, run_at := now(), attempts := 0)`);

/** Removes jobs for good; running ones are left alone. @returns the ids that are gone */
export const discardJobs = (db: Queryable, which: WhichJobs): Promise<string[]> =>
  inBatches(db, which, (ids) => `graphile_worker.complete_jobs(${ids})`);

const inBatches = async (
  db: Queryable,
  which: WhichJobs,
  change: (ids: string) => string,
): Promise<string[]> => {
  const ask = async (ids: string, values: unknown[]) => {
    const { rows } = await db.query<{ id: string }>(
      `SELECT id::text FROM ${change(ids)} ORDER BY id`,
      values,
    );
    return rows.map((row) => row.id);
  };
  if (which !== 'all dead') return ask('$1::bigint[]', [which.ids]);
  const changed: string[] = [];
  for (;;) {
    const batch = await ask(`ARRAY(${DEAD})`, []);
    changed.push(...batch);
    if (batch.length < BATCH) return changed;
  }
};

const DEPTH = `
SELECT task, count(*) FILTER (WHERE state = 'due')::int AS due, count(*) FILTER (WHERE state = 'later')::int AS later,
  count(*) FILTER (WHERE state = 'running')::int AS running, count(*) FILTER (WHERE state = 'dead')::int AS dead,
  coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE state = 'due')), 0)::float8 AS "oldestDueSeconds"
FROM (SELECT j.task_identifier AS task, j.run_at, ${STATE} AS state FROM graphile_worker.jobs j) q GROUP BY task ORDER BY task`;

/** How much work waits, by task; for metrics. */
export const queueDepth = async (db: Queryable): Promise<QueueDepth[]> =>
  (await db.query<QueueDepth>(DEPTH)).rows;
