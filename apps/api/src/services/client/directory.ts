import type { Scope } from '@portcullis/contracts/services';
import type { Database } from '../../db/database.ts';
import { AuthError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';

export interface KnownClient {
  id: string;
  name: string;
  scopes: readonly Scope[];
  disabled: boolean;
  secretHash: Buffer;
  /** Good until this time of the monotonic clock. */
  previous: { secretHash: Buffer; untilMs: number } | null;
}

interface Entry {
  client: KnownClient | null;
  /** On the monotonic clock, before it was read. */
  readAtMs: number;
}

interface Row {
  id: string;
  name: string;
  scopes: Scope[];
  disabled: boolean;
  secret_hash: Buffer;
  previous_secret_hash: Buffer | null;
  previous_left_ms: number | null;
}

const FIND = `
SELECT id, name, scopes, disabled_at IS NOT NULL AS disabled, secret_hash, previous_secret_hash,
  (extract(epoch FROM previous_secret_until - clock_timestamp()) * 1000)::float8 AS previous_left_ms
FROM portcullis.service_client WHERE id = ?`;

/** How long a client that was read is believed: a disabled one is refused by every instance after so long. */
const FRESH_MS = 5_000;
/** While Postgres is away: as long as a lease, so that services outlive a fail-over of the database. */
const STALE_MS = 30_000;
const MOST_CLIENTS = 10_000;

/** The clients as this process knows them. Reading them for each call would cost each call a statement. */
export class ClientDirectory {
  readonly #db: Pick<Database, 'read'>;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #entries = new Map<string, Entry>();

  constructor(db: Pick<Database, 'read'>, clock: Pick<Clock, 'monotonicMs'>) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * @param id a UUID
   * @param fresh Reads it anew whatever is known: a secret that does not match may be newer than what is known.
   * @throws AuthError `unavailable`
   */
  async find(id: string, fresh = false): Promise<KnownClient | null> {
    const known = this.#entries.get(id);
    const readAtMs = this.#clock.monotonicMs();
    if (known && !fresh && readAtMs - known.readAtMs < FRESH_MS) return known.client;
    try {
      const rows = await this.#db.read((em) => em.execute<Row[]>(FIND, [id]));
      const client = rows[0] === undefined ? null : clientOf(rows[0], readAtMs);
      this.#remember(id, { client, readAtMs });
      return client;
    } catch (error) {
      const isAway = error instanceof AuthError && error.reason === 'unavailable';
      if (isAway && !fresh && known && readAtMs - known.readAtMs < STALE_MS) return known.client;
      throw error;
    }
  }

  #remember(id: string, entry: Entry): void {
    const newer = this.#entries.get(id);
    if (newer && newer.readAtMs > entry.readAtMs) return;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_CLIENTS && oldest !== undefined) this.#entries.delete(oldest);
  }
}

const clientOf = (row: Row, readAtMs: number): KnownClient => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  disabled: row.disabled,
  secretHash: row.secret_hash,
  previous:
    row.previous_secret_hash === null || row.previous_left_ms === null
      ? null
      : { secretHash: row.previous_secret_hash, untilMs: readAtMs + Number(row.previous_left_ms) },
});
