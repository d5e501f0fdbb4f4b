import type { Client } from 'pg';
import type { Clock, Logger } from '../ports.ts';
import { QueueClient } from './queue-client.ts';

/** The advisory lock that a worker holds for as long as it lives; `$1` is its name. */
const LOCK = `hashtextextended('portcullis.worker ' || $1, 0)`;

// A machine that vanished says nothing: the server then notices within 25 seconds and lets the lock go.
const NOTICE_DEATH = `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`;

/** A held lock; resolves when its connection is lost. Wrapped, since awaiting would unwrap it. */
interface Held {
  loss: Promise<void>;
}

/**
 * Tells other workers that this one lives, by a lock on a connection of its own. The end of the process ends the
 * connection and with it the lock: no clock and no time-out has to decide who is dead.
 */
export class Presence {
  readonly #databaseUrl: string;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ended = new AbortController();
  /** A connection that is ended while it connects settles never: whoever waits for it waits for the end as well. */
  readonly #end: Promise<Held>;
  #client: Client | null = null;
  #keeping: Promise<void> = Promise.resolve();
  #isHeld = false;

  constructor(databaseUrl: string, name: string, clock: Clock, log: Logger) {
    this.#databaseUrl = databaseUrl;
    this.#name = name;
    this.#clock = clock;
    this.#log = log;
    this.#end = new Promise((resolve) => {
      this.#ended.signal.addEventListener('abort', () => resolve({ loss: Promise.resolve() }), {
        once: true,
      });
    });
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Resolves when the lock is held, or after `end`; from then on it is taken again whenever its connection is lost. */
  async begin(): Promise<void> {
    const held = await Promise.race([this.#claim(), this.#end]);
    this.#keeping = this.#keep(held);
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#keeping;
  }

  /** Tries until it has the lock, or until the end. */
  async #claim(): Promise<Held> {
    while (!this.#ended.signal.aborted) {
      try {
        const held = await this.#connect();
        this.#isHeld = true;
        return held;
      } catch (error) {
        this.#log.warn({ worker: this.#name, err: error }, 'this worker could not show itself alive');
        await this.#clock.sleep(1_000, this.#ended.signal).catch(() => undefined);
      }
    }
    return this.#end;
  }

  async #connect(): Promise<Held> {
    const client: Client = new QueueClient({
      connectionString: this.#databaseUrl,
      application_name: 'portcullis worker presence',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
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

  async #keep(first: Held): Promise<void> {
    let held = first;
    for (;;) {
      await held.loss;
      this.#isHeld = false;
      if (this.#ended.signal.aborted) return;
      this.#log.warn({ worker: this.#name }, 'the connection that shows this worker alive was lost');
      held = await Promise.race([this.#claim(), this.#end]);
    }
  }
}
