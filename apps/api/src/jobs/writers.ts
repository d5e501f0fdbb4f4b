import { Gauge, type Registry } from '@prometheus-io/client';
import type { Clock, Logger } from '../ports.ts';
import type { Queryable } from './queue.ts';

/** Above this, readers of the feed wait noticeably: they advance only past transactions that are over. */
const ALARM_SECONDS = 5;
const EVERY_MS = 5_000;

// A transaction without an id has written nothing and holds no reader up.
const OLDEST = `
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8 AS seconds
FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()`;

export const oldestWriterSeconds = async (db: Queryable): Promise<number> =>
  (await db.query<{ seconds: number }>(OLDEST)).rows[0]?.seconds ?? 0;

export interface WritersDeps {
  db: Queryable;
  clock: Pick<Clock, 'sleep'>;
  log: Logger;
  registry: Registry;
}

/**
 * The alarm of P10: one write transaction that stays open holds up every reader of the revocation feed, whatever it
 * writes. Says so once when it begins and once when it is over; the gauge has the age. Runs until `over`.
 */
export const watchWriters = async (
  { db, clock, log, registry }: WritersDeps,
  over: AbortSignal,
  everyMs = EVERY_MS,
): Promise<void> => {
  const gauge = new Gauge({
    name: 'portcullis_oldest_write_transaction_seconds',
    help: 'Age of the oldest transaction that has written; the revocation feed waits for it',
    registers: [registry],
  });
  let isLate = false;
  while (!over.aborted) {
    const seconds = await oldestWriterSeconds(db).catch(() => null);
    if (seconds !== null) {
      gauge.set(seconds);
      if (seconds > ALARM_SECONDS && !isLate)
        log.warn({ seconds: Math.round(seconds) }, 'a write transaction stays open and holds up the feed');
      if (seconds <= ALARM_SECONDS && isLate) log.info({}, 'the feed is no longer held up');
      isLate = seconds > ALARM_SECONDS;
    }
    await clock.sleep(everyMs, over).catch(() => undefined);
  }
};
