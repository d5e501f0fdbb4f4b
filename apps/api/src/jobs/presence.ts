import pg from 'pg';
import type { Clock, Logger } from '../ports.ts';

/** The advisory lock that a worker holds for as long as it lives; `$1` is its name. */
const LOCK = `hashtextextended('portcullis.worker ' || $1, 0)`;

// A machine that vanished says nothing: the server then notices within 25 seconds and lets the lock go.
const NOTICE_DEATH = `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`;

/**
 * Tells other workers that this one lives, by a lock on a connection of its own. The end of the process ends the
 * connection and with it the lock: no clock and no time-out has to decide who is dead.
 */
export class Presence {
  readonly #databaseUrl: string;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #client: pg.Client | null = null;
  readonly #ended = new AbortController();
  #keeping: Promise<void> = Promise.resolve();

  constructor(databaseUrl: string, name: string, clock: Clock, log: Logger) {
    this.#databaseUrl = databaseUrl;
    this.#name = name;
    this.#clock = clock;
    this.#log = log;
  }

  /** Resolves when the lock is held, or after `end`; from then on it is taken again whenever its connection is lost. */
  async begin(): Promise<void> {
    const lost = await this.#claim();
    this.#keeping = this.#keep(lost);
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#keeping;
  }

  /** Tries until it has the lock, and resolves to a promise for its loss; wrapped, since awaiting would unwrap it. */
  async #claim(): Promise<{ loss: Promise<void> }> {
    while (!this.#ended.signal.aborted) {
      try {
        return await this.#connect();
      } catch (error) {
        this.#log.warn(
          { worker: this.#name, error: error instanceof Error ? error.message : 'error' },
          'this worker could not show itself alive',
        );
        await this.#clock.sleep(1_000, this.#ended.signal).catch(() => undefined);
      }
    }
    return { loss: Promise.resolve() };
  }

  async #connect(): Promise<{ loss: Promise<void> }> {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      application_name: 'portcullis worker presence',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    const loss = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
    });
    this.#client = client;
    try {
      await client.connect();
      await client.query(NOTICE_DEATH);
      await client.query(`SELECT pg_advisory_lock(${LOCK})`, [this.#name]);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return { loss };
  }

  async #keep(first: { loss: Promise<void> }): Promise<void> {
    let held = first;
    for (;;) {
      await held.loss;
      if (this.#ended.signal.aborted) return;
      this.#log.warn({ worker: this.#name }, 'the connection that shows this worker alive was lost');
      held = await this.#claim();
    }
  }
}
