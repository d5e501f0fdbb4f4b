import pg from 'pg';

export interface ConnectionWishes {
  url: string;
  /** What `pg_stat_activity` shows. */
  name: string;
  /** For the connection and for each statement. Default 3 s. */
  timeoutMs?: number;
}

/** Runs `work` on a connection of its own, for commands that ask Postgres a few things and are done. */
export const withConnection = async <T>(
  { url, name, timeoutMs = 3_000 }: ConnectionWishes,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // Its statements tell of a connection that is lost.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};
