import { Logger as JobLogger, makeWorkerUtils } from 'graphile-worker';

/** Brings the queue's own schema, `graphile_worker`, to the version that this program's library needs. */
export const migrateJobs = async (databaseUrl: string): Promise<void> => {
  const quiet = new JobLogger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: quiet });
  try {
    await utils.migrate();
  } finally {
    await utils.release();
  }
};
