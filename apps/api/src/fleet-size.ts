import type { Clock } from './ports.ts';

const LOOK_AGAIN_MS = 10_000;
const COUNT = 'SELECT count(*)::int AS n FROM portcullis.index_lease WHERE expires_at > clock_timestamp()';

interface Queries {
  query(sql: string): Promise<{ rows: { n: number }[] }>;
}

/**
 * How many instances run, as their leases say: what each of them may let through by itself while Redis is away depends
 * on it. Asked in the background while it is wanted, and never waited for; the last answer stays.
 */
export const fleetSize = (db: Queries, clock: Pick<Clock, 'monotonicMs'>): (() => number) => {
  let known = 1;
  let askedMs = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<void> => {
    try {
      const { rows } = await db.query(COUNT);
      known = Math.max(1, rows[0]?.n ?? 1);
    } catch {
      // Postgres is away: nobody signs in now.
    }
  };
  return () => {
    const now = clock.monotonicMs();
    if (now - askedMs >= LOOK_AGAIN_MS) {
      askedMs = now;
      void ask();
    }
    return known;
  };
};
