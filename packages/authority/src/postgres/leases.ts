import { Client, type ClientConfig } from 'pg';
import { type LeaseStore, type Log, type PollReply, type PollReport, type Registration } from '../ports.ts';
import {
  GENERATION_COLUMNS,
  type GenerationRow,
  generationOf,
  HISTORY_COLUMNS,
  historyOf,
  HOLD_GENERATION,
  registeredOn,
} from './history.ts';

interface PollRow extends GenerationRow {
  extended: boolean;
  somebody_reaches: boolean;
  database_now: number;
}

/**
 * FOR SHARE: no lease on a generation can commit after its successor was registered, since the registrar's UPDATE waits
 * for this lock, and a poll that waits for the UPDATE re-reads the row. The lease is written only if what was reported is
 * what the locked row says.
 */
const POLL = `
WITH g AS MATERIALIZED (SELECT * FROM portcullis.index_generation FOR SHARE),
extended AS (
  INSERT INTO portcullis.index_lease (instance_id, generation, expires_at, reaches_index, started_at, version)
  SELECT $1, g.generation, clock_timestamp() + $4 * interval '1 millisecond', $3, clock_timestamp(), $5 FROM g WHERE g.generation = $2
  ON CONFLICT (instance_id) DO UPDATE
    SET generation = excluded.generation, expires_at = excluded.expires_at, reaches_index = excluded.reaches_index
  RETURNING 1
)
SELECT ${GENERATION_COLUMNS}, ${HISTORY_COLUMNS}, EXISTS (SELECT 1 FROM extended) AS extended,
  EXISTS (SELECT 1 FROM portcullis.index_lease l WHERE l.instance_id <> $1 AND l.generation = g.generation
    AND l.reaches_index AND l.expires_at > clock_timestamp()) AS somebody_reaches,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS database_now
FROM g`;

const REPLACE = `
UPDATE portcullis.index_generation SET generation = $2, replication_ids = $3, postgres_system_id = $4,
  postgres_timeline = $5, leases_complete = $6, registered_at = clock_timestamp()
WHERE generation = $1`;

const SOMEBODY_REACHES = `
SELECT 1 FROM portcullis.index_lease WHERE generation = $1 AND instance_id <> $2 AND reaches_index AND expires_at > clock_timestamp() LIMIT 1`;

const LOCK_NOT_AVAILABLE = '55P03';

export interface LeaseStoreSettings {
  connection: ClientConfig;
  version: string;
  deadlineMs: number;
}

/** LeaseStore on one connection of its own, so that no other work can delay a poll. */
export class PostgresLeaseStore implements LeaseStore {
  readonly #settings: LeaseStoreSettings;
  readonly #log: Log;
  #client: Client | null = null;

  constructor(settings: LeaseStoreSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  async poll(report: PollReport): Promise<PollReply> {
    const values = [
      report.instanceId,
      report.generation,
      report.reachesIndex,
      report.leaseMs,
      this.#settings.version,
    ];
    const { rows } = await this.#with((client) =>
      client.query<PollRow>({ name: 'portcullis_poll', text: POLL, values }),
    );
    const row = rows[0];
    if (row === undefined) throw new Error('portcullis.index_generation has no row: run the migrations');
    return {
      generation: generationOf(row),
      registeredOn: registeredOn(row),
      leasesComplete: row.leases_complete,
      history: historyOf(row),
      extended: row.extended,
      somebodyReaches: row.somebody_reaches,
      databaseNowMs: row.database_now,
    };
  }

  async register(r: Registration): Promise<boolean> {
    return this.#with(async (client) => {
      await client.query('BEGIN');
      try {
        // A waiting exclusive request would stall every revoking write behind it: give up early, try again at the next poll.
        await client.query("SET LOCAL lock_timeout = '200ms'");
        await client.query(HOLD_GENERATION);
        const values = [
          r.instead,
          r.generation.name,
          r.generation.replicationIds,
          r.history.systemId,
          r.history.timeline,
          r.leasesComplete,
        ];
        const { rowCount } = await client.query(REPLACE, values);
        // In a statement after the UPDATE, so that it sees every lease that was granted before it.
        const reached =
          r.unlessReached && (await client.query(SOMEBODY_REACHES, [r.instead, r.instanceId])).rowCount !== 0;
        const done = rowCount === 1 && !reached;
        await client.query(done ? 'COMMIT' : 'ROLLBACK');
        return done;
      } catch (error) {
        await client.query('ROLLBACK');
        if (error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE) return false;
        throw error;
      }
    });
  }

  async markLeasesComplete(generation: string): Promise<void> {
    await this.#with((client) =>
      client.query('UPDATE portcullis.index_generation SET leases_complete = true WHERE generation = $1', [
        generation,
      ]),
    );
  }

  async removeLease(instanceId: string): Promise<void> {
    await this.#with((client) =>
      client.query('DELETE FROM portcullis.index_lease WHERE instance_id = $1', [instanceId]),
    );
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  /** Any failure drops the connection: a poll given up must not be followed by its late reply on the same one. */
  async #with<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = (this.#client ??= await this.#connect());
    try {
      return await work(client);
    } catch (error) {
      if (this.#client === client) this.#client = null;
      client.end().catch(() => undefined);
      client.connection.stream.destroy();
      throw error;
    }
  }

  async #connect(): Promise<Client> {
    const { connection, deadlineMs } = this.#settings;
    const client = new Client({
      ...connection,
      connectionTimeoutMillis: deadlineMs,
      query_timeout: deadlineMs,
      statement_timeout: deadlineMs,
      keepAlive: true,
    });
    client.on('error', (error) => {
      if (this.#client === client) this.#client = null;
      this.#log.warn({ err: error }, 'the connection for lease polls was lost');
    });
    try {
      await client.connect();
      await client.query('SET synchronous_commit = on');
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
    return client;
  }
}
