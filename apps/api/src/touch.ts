import { isTrusted, type LeaseKeeper } from '@portcullis/authority/lease';
import type { LiveSession, SessionIndex } from '@portcullis/authority/ports';
import type { Pool } from 'pg';
import { shouldTouch, touchIntervalMs } from './domain/expiry.ts';
import type { Logger } from './ports.ts';

export interface TouchParts {
  /** The verifications' pool: a use is recorded like a check, not like a write of a verb. */
  pool: Pick<Pool, 'query'>;
  index: SessionIndex;
  lease: LeaseKeeper;
  log: Logger;
}

/** Cannot touch a session that is over, nor one that somebody touched meanwhile (G10). */
const TOUCH = `
UPDATE portcullis.session s SET last_seen_at = t.now, idle_expires_at = least(s.expires_at, t.now + s.idle_seconds * interval '1 second')
FROM portcullis.account a, (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) t
WHERE s.id = $1 AND s.account_id = $2 AND a.id = s.account_id AND a.epoch = s.epoch AND a.disabled_at IS NULL
  AND a.deleted_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > t.now AND s.idle_expires_at > t.now
  AND s.last_seen_at <= t.now - $3 * interval '1 millisecond'`;

/** Fewer than the pool has connections: recording uses must never hold up checks. */
const TOUCHES_AT_ONCE = 2;

/**
 * P9: records that a session is used. Never awaited by the check that found it: whether it succeeds changes no answer,
 * and the next check after a failure tries again.
 */
export class UseRecorder {
  readonly #parts: TouchParts;
  readonly #inFlight = new Set<string>();

  constructor(parts: TouchParts) {
    this.#parts = parts;
  }

  /** @param now milliseconds of the database's clock */
  seen(session: LiveSession, now: number): void {
    const idleMs = idleMsOf(session);
    if (!shouldTouch({ lastSeenAt: session.lastSeenAt, idleMs, now })) return;
    if (this.#inFlight.has(session.sessionId) || this.#inFlight.size >= TOUCHES_AT_ONCE) return;
    this.#inFlight.add(session.sessionId);
    this.#touch(session, touchIntervalMs(idleMs))
      .catch((error: unknown) =>
        this.#parts.log.debug({ err: error }, 'a use of a session could not be recorded yet'),
      )
      .finally(() => this.#inFlight.delete(session.sessionId));
  }

  async #touch({ sessionId, accountId }: LiveSession, intervalMs: number): Promise<void> {
    const { pool, index, lease } = this.#parts;
    const { rowCount } = await pool.query({
      name: 'portcullis_touch',
      text: TOUCH,
      values: [sessionId, accountId, intervalMs],
    });
    const trust = lease.trust();
    if (rowCount === 0 || trust === null || !isTrusted(trust.generation)) return;
    // Drops the account's copies, which the next check fills anew; under a fence it removes nothing.
    await index.release(trust.generation, accountId, []);
  }
}

/** Near its absolute end the idle time is cut short; the whole life then stands for it, lest every check records a use. */
const idleMsOf = ({ createdAt, lastSeenAt, idleExpiresAt, expiresAt }: LiveSession): number =>
  idleExpiresAt < expiresAt ? idleExpiresAt - lastSeenAt : expiresAt - createdAt;
