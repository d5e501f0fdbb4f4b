import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of one test file. */
export interface TestDatabase {
  url: string;
  name: string;
  /**
   * Removes the database.
   *
   * @throws Error listing the connections that are still open: the test, or what it tests, leaks them
   */
  drop(): Promise<void>;
}

/**
 * Migrates a template database once per test run, whichever test file comes first; the others wait for it.
 *
 * @param migrate brings the empty database at this URL to the newest schema, and closes its connections
 * @param key tells apart the templates of one run
 * @returns the name of the template, for {@link cloneDatabase}
 */
export async function createTemplate(
  adminUrl: string,
  migrate: (url: string) => Promise<void>,
  key = 'default',
): Promise<string> {
  const run = process.env['PORTCULLIS_TEST_RUN'] ?? `process-${process.pid}`;
  const name = `portcullis_template_${createHash('sha256').update(`${run}/${key}`).digest('hex').slice(0, 12)}`;
  await asAdmin(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock(hashtext($1))', [name]);
    const found = await admin.query<{ datistemplate: boolean }>(
      'select datistemplate from pg_database where datname = $1',
      [name],
    );
    if (found.rows[0]?.datistemplate === true) return;
    // One without the mark was left by a run that died while it migrated.
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name}`);
    await migrate(withDatabase(adminUrl, name));
    const open = await connectionsOf(admin, name);
    if (open.length > 0)
      throw new Error(`the migration of the test template left connections open:\n${open.join('\n')}`);
    await admin.query(`alter database ${name} is_template true`);
  });
  return name;
}

/** A fresh database with the template's schema and data. Costs about 50 ms. */
export async function cloneDatabase(adminUrl: string, template: string): Promise<TestDatabase> {
  const name = `portcullis_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, async (admin) => {
    // Copying needs the template to itself for a moment: other test files copy it too.
    await admin.query('select pg_advisory_lock(hashtext($1))', [template]);
    await admin.query(`create database ${name} template ${template}`);
  });
  return {
    url: withDatabase(adminUrl, name),
    name,
    drop: () =>
      asAdmin(adminUrl, async (admin) => {
        const leaks = await connectionsOf(admin, name);
        await admin.query(`drop database if exists ${name} with (force)`);
        if (leaks.length > 0) {
          throw new Error(`${leaks.length} database connection(s) were left open:\n${leaks.join('\n')}`);
        }
      }),
  };
}

/**
 * The server's URL with another database in it.
 */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/**
 * The superuser's URL that `npm test` provides.
 *
 * @throws Error that says how to run the tests when it is not there
 */
export function testAdminUrl(): string {
  const url = process.env['PORTCULLIS_TEST_DATABASE_URL'];
  if (!url)
    throw new Error(
      'PORTCULLIS_TEST_DATABASE_URL is not set: run the tests through vitest.config.ts of the root',
    );
  return url;
}

/** What is still connected to a database two seconds from now at most: closing takes the server a moment. */
async function connectionsOf(admin: pg.Client, name: string): Promise<string[]> {
  const deadline = performance.now() + 2000;
  for (;;) {
    const { rows } = await admin.query<{
      pid: number;
      application_name: string;
      state: string;
      query: string;
    }>(
      `select pid, application_name, coalesce(state, '') as state, left(query, 200) as query
         from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || performance.now() > deadline) {
      return rows.map((row) => `  pid ${row.pid} ${row.application_name} ${row.state}: ${row.query}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function asAdmin<T>(adminUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl, application_name: 'devstack' });
  admin.on('error', () => {});
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
