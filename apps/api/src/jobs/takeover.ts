import type { Pool } from 'pg';
import type { Logger } from '../ports.ts';

// Whoever gets the lock of a worker's name has shown that nobody holds it. It is let go at the end of the statement.
const DEAD_WORKERS = `
SELECT w.id FROM (SELECT DISTINCT locked_by AS id FROM graphile_worker.jobs WHERE locked_by IS NOT NULL) w
WHERE pg_try_advisory_xact_lock(hashtextextended('portcullis.worker ' || w.id, 0))`;

/**
 * Frees the jobs of workers that died; the library alone would let them wait for four hours. A worker that only lost
 * the connection that shows it alive may be taken for dead: its jobs then run twice, which every job must stand.
 * @param own this worker's name: alive, also while its presence is being renewed
 * @returns the names of the dead
 */
export const releaseJobsOfTheDead = async (pool: Pool, own: string, log: Logger): Promise<string[]> => {
  const { rows } = await pool.query<{ id: string }>(DEAD_WORKERS);
  const dead = rows.map((row) => row.id).filter((id) => id !== own);
  if (dead.length === 0) return dead;
  await pool.query('SELECT graphile_worker.force_unlock_workers($1::text[])', [dead]);
  log.warn({ workers: dead }, 'the jobs of workers that died are free again');
  return dead;
};
