import pg from 'pg';
import { systemClock } from './adapters/system.ts';
import { openDatabase } from './db/database.ts';
import { migrateJobs } from './jobs/migrate.ts';

/** Nothing in a migration should wait long for a lock: behind it every request would wait too. */
const LOCK_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15 * 60_000;
const CONNECT_MS = 10_000;
/** Held for the session, so that two migrations at a time become one after the other. */
const ONE_AT_A_TIME = 'SELECT pg_advisory_lock(8097, 2)';

/**
 * Brings the schema of the service and that of its queue up to date.
 * @returns the names of the migrations that ran now
 */
export const migrate = async (databaseUrl: string): Promise<string[]> => {
  const guard = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'portcullis migrate',
    connectionTimeoutMillis: CONNECT_MS,
  });
  guard.on('error', () => undefined);
  await guard.connect();
  try {
    await guard.query(ONE_AT_A_TIME);
    const ran = await migrateService(databaseUrl);
    await migrateJobs(databaseUrl);
    return ran;
  } finally {
    await guard.end();
  }
};

const migrateService = async (url: string): Promise<string[]> => {
  const db = await openDatabase(
    {
      url,
      poolMax: 2,
      acquireTimeoutMs: CONNECT_MS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
    },
    systemClock,
  );
  // Standard output belongs to the answer of the command.
  db.orm.config.set('migrations', { ...db.orm.config.get('migrations'), silent: true });
  try {
    return (await db.orm.migrator.up()).map(({ name }) => name);
  } finally {
    await db.close();
  }
};

/** Names of migrations that this program has and the database does not. */
export const pendingMigrations = async (url: string): Promise<string[]> => {
  const db = await openDatabase(
    {
      url,
      poolMax: 1,
      acquireTimeoutMs: CONNECT_MS,
      statementTimeoutMs: CONNECT_MS,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
    },
    systemClock,
  );
  try {
    return (await db.orm.migrator.getPending()).map(({ name }) => name);
  } finally {
    await db.close();
  }
};
