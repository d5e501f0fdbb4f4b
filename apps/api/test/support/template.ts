import {
  cloneDatabase,
  createTemplate,
  type TestDatabase,
  testAdminUrl,
} from '@portcullis/devstack/test-database';
import { makeWorkerUtils } from 'graphile-worker';
import { openDatabase } from '../../src/db/database.ts';
import { settings, testClock } from './settings.ts';

/** Brings an empty database to the newest schema. */
export const migrateAt = async (url: string) => {
  const db = await openDatabase(settings(url), testClock);
  await db.orm.migrator.up();
  await db.close();
  const jobs = await makeWorkerUtils({ connectionString: url });
  await jobs.migrate();
  await jobs.release();
};

/** A database of this test file with the newest schema and nothing in it. */
export const freshDatabase = async (): Promise<TestDatabase> =>
  cloneDatabase(testAdminUrl(), await createTemplate(testAdminUrl(), migrateAt, 'api'));
