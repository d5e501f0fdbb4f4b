import { createPasswordHasher } from './adapters/argon2.ts';
import { canaryInstance } from './adapters/canary-instance.ts';
import { createKeyed } from './adapters/keyed.ts';
import { parseKeyRing } from './adapters/key-ring.ts';
import { createMetrics } from './adapters/metrics.ts';
import { SmtpMailer } from './adapters/smtp.ts';
import { systemClock, systemRandom } from './adapters/system.ts';
import { within } from './adapters/within.ts';
import type { Config } from './config.ts';
import { loggerFor } from './container.ts';
import { type Database, openDatabase } from './db/database.ts';
import { createOpsApp } from './http/ops.ts';
import { canaryMetrics, runCanary } from './jobs/canary.ts';
import { jobMetrics } from './jobs/metrics.ts';
import { queueDepth } from './jobs/queue.ts';
import { type RunningWorker, startWorker } from './jobs/worker.ts';
import { watchWriters } from './jobs/writers.ts';
import { atMost, untilToldToStop } from './lifecycle.ts';
import { listen } from './listen.ts';
import type { Readinesses } from './readiness.ts';
import pg from 'pg';

const CLOSE_MS = 8_000;
const PROBE_MS = 1_000;
/** Cleaning up takes its time; nobody waits for it. */
const STATEMENT_TIMEOUT_MS = 10_000;
const START_AGAIN_MS = 1_000;

/** Works on the queue until a signal ends it. A Postgres that is away at the start may come later. @throws CannotListen */
export const work = async (config: Config): Promise<void> => {
  const log = loggerFor(config);
  const told = untilToldToStop(log);
  const stopping = new AbortController();
  const metrics = createMetrics();
  const { url, poolMax, acquireTimeoutMs, lockTimeoutMs } = config.database;
  const db = await openDatabase(
    { url, poolMax, acquireTimeoutMs, lockTimeoutMs, statementTimeoutMs: STATEMENT_TIMEOUT_MS },
    systemClock,
  );
  const gauges = new pg.Pool({
    connectionString: url,
    application_name: 'portcullis worker metrics',
    max: 1,
    query_timeout: PROBE_MS,
    connectionTimeoutMillis: PROBE_MS,
  });
  gauges.on('error', () => undefined);
  const mailer = new SmtpMailer(config.smtp);
  let worker: RunningWorker | null = null;
  const readiness = () => readinessOf(db, worker, stopping.signal.aborted);
  const ops = await listen(createOpsApp({ readiness, metrics: metrics.registry }).fetch, {
    setting: 'OPS_PORT',
    ...config.ops,
    requestTimeoutMs: config.http.requestDeadlineMs,
  });
  const deps = {
    databaseUrl: url,
    db,
    mailer,
    clock: systemClock,
    random: systemRandom,
    log,
    config: config.service,
    metrics: jobMetrics(metrics.registry, () => queueDepth(gauges)),
    cleanUp: config.cleanUp,
    settings: { concurrency: config.worker.concurrency },
  };
  const starting = (async () => {
    while (!stopping.signal.aborted) {
      try {
        worker = await startWorker(deps);
        log.info({ opsPort: ops.port }, 'working');
        return;
      } catch (error) {
        log.warn({ err: error }, 'the queue cannot be worked on yet');
        await systemClock.sleep(START_AGAIN_MS, stopping.signal).catch(() => undefined);
      }
    }
  })();

  const writers = { db: gauges, clock: systemClock, log, registry: metrics.registry };
  const watching = Promise.all([
    watch(config, db, metrics, log, stopping.signal),
    watchWriters(writers, stopping.signal),
  ]);

  const signal = await told;
  log.info({ signal }, 'stopping');
  stopping.abort();
  // A database that hangs holds up the start as well as the end.
  await atMost(
    CLOSE_MS,
    Promise.all([starting, watching]).then(() => stopAll(worker, db, gauges)),
  );
  mailer.close();
  await ops.close(0);
  log.info({}, 'stopped');
  process.exit(0);
};

/** The canary, where it is asked for. */
const watch = async (
  config: Config,
  db: Database,
  metrics: ReturnType<typeof createMetrics>,
  log: ReturnType<typeof loggerFor>,
  over: AbortSignal,
): Promise<void> => {
  const { urls, everyMs } = config.canary;
  if (urls.length === 0) return;
  await runCanary(
    {
      db,
      everyMs,
      log,
      instances: urls.map(canaryInstance),
      metrics: canaryMetrics(metrics.registry),
      keyed: createKeyed(parseKeyRing(config.keys).secret),
      hasher: createPasswordHasher(config.hasher, systemClock),
      random: systemRandom,
      clock: systemClock,
    },
    over,
  );
};

const stopAll = async (worker: RunningWorker | null, db: Database, gauges: pg.Pool): Promise<void> => {
  await worker?.stop();
  await Promise.allSettled([db.close(), gauges.end()]);
};

const readinessOf = async (
  db: Database,
  worker: RunningWorker | null,
  draining: boolean,
): Promise<Readinesses> => ({
  process: draining ? { status: 'failed', detail: 'shutting down' } : { status: 'ok' },
  queue: worker?.isWorking() === true ? { status: 'ok' } : { status: 'failed', detail: 'being started' },
  postgres: await within(PROBE_MS, db.ping()).then(
    () => ({ status: 'ok' as const }),
    () => ({ status: 'failed' as const, detail: 'does not answer' }),
  ),
});
