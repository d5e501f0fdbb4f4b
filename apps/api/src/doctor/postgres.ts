import { withConnection } from '../adapters/postgres-connection.ts';
import type { Config } from '../config.ts';
import { pendingMigrations } from '../migrate.ts';
import { type Check, codeOf, failed, failedIn, ok, warning } from './check.ts';

const OLDEST = 15;
const MOST_SKEW_MS = 2_000;

interface Facts {
  version: number;
  text: string;
  recovering: boolean;
  synchronous: string;
  fsync: string;
  now: number;
}

const FACTS = `
SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS text, pg_is_in_recovery() AS recovering,
  current_setting('synchronous_commit') AS synchronous, current_setting('fsync') AS fsync, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;

export const examinePostgres = async (config: Config, wallMs: () => number): Promise<Check[]> => {
  const url = config.database.url;
  let facts: Facts;
  let skewMs: number;
  try {
    const before = wallMs();
    facts = await factsOf(url);
    const after = wallMs();
    skewMs = Math.max(before - facts.now, facts.now - after, 0);
  } catch (error) {
    return [
      failed(
        'Postgres',
        `cannot be used (${codeOf(error)})`,
        'Start it and check DATABASE_URL: address, user, password, database.',
      ),
    ];
  }
  const checks = [
    facts.version >= OLDEST * 10_000
      ? ok('Postgres', `version ${facts.text}`)
      : failed('Postgres', `version ${facts.text}`, `Use Postgres ${OLDEST} or newer.`),
  ];
  if (facts.recovering)
    checks.push(failed('Postgres role', 'is a standby', 'Point DATABASE_URL at the primary.'));
  checks.push(durability(facts, config.environment === 'production'));
  checks.push(
    skewMs > MOST_SKEW_MS
      ? warning(
          'Clocks',
          `this machine and Postgres differ by ${Math.round(skewMs / 1000)} s`,
          'Run a time service on both.',
        )
      : ok('Clocks', 'agree'),
  );
  checks.push(await schema(url));
  return checks;
};

const factsOf = (url: string): Promise<Facts> =>
  withConnection({ url, name: 'portcullis doctor' }, async (client) => {
    const { rows } = await client.query<Facts>(FACTS);
    const [row] = rows;
    if (row === undefined) throw new Error('no answer');
    return row;
  });

const durability = ({ synchronous, fsync }: Facts, isProduction: boolean): Check => {
  if (synchronous !== 'off' && fsync === 'on')
    return ok('Durability', `synchronous_commit=${synchronous}, fsync=on`);
  const what = `synchronous_commit=${synchronous}, fsync=${fsync}`;
  return failedIn(isProduction)(
    'Durability',
    what,
    'A crash could bring a revoked session back: set synchronous_commit and fsync to on.',
  );
};

const schema = async (url: string): Promise<Check> => {
  try {
    const pending = await pendingMigrations(url);
    return pending.length === 0
      ? ok('Schema', 'up to date')
      : failed('Schema', `${pending.length} migrations have not run`, 'Run: portcullis migrate');
  } catch (error) {
    return failed('Schema', `cannot be read (${codeOf(error)})`, 'Run: portcullis migrate');
  }
};
