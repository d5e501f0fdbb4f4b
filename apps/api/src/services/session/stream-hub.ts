import type { FeedPosition, FeedReader, FeedRow } from '@portcullis/authority/feed';
import { type SessionEvent, sessionEvent } from '@portcullis/contracts/session';
import { AuthError } from '../../errors.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { Authority } from '../authority.ts';
import { Doorbell } from './doorbell.ts';

export interface HubParts {
  feed: Pick<FeedReader, 'end' | 'after'>;
  check: Authority['check'];
  hints: { subscribe(listener: (accountId: string) => void): () => void };
  clock: Pick<Clock, 'now' | 'monotonicMs' | 'sleep'>;
  log: Logger;
  /** +1 when a stream opens, -1 when it ends. */
  counted?: (change: 1 | -1) => void;
}

/** Who follows the events of an account, and by which session. */
export interface Follower {
  accountId: string;
  sessionId: string;
}

interface Stream extends Follower {
  rows: FeedRow[];
  bell: Doorbell;
}

const STREAMS_PER_ACCOUNT = 5;
const POLL_MS = 1_000;
const PAGE = 500;
/** A stream is verified at least this often, so that it ends even if every hint and every poll is lost. */
const RECHECK_MS = 15_000;
const RETRY_MS = 1_000;
/** How long the last event waits for the feed to say who ended the session, and how often the feed is asked meanwhile. */
const CAUSE_WAIT_MS = 2_000;
const CAUSE_POLL_MS = 100;
const BUSY_RETRY_MS = 5_000;

/**
 * The open event streams of this process (P10). While there are any it reads the feed each second; a hint only makes
 * it look sooner. What a stream may say is decided by a check of its session that begins after the rows were read.
 */
export class StreamHub {
  readonly #parts: HubParts;
  readonly #streams = new Set<Stream>();
  readonly #closing = new AbortController();
  readonly #unsubscribe: () => void;
  readonly #poller = new Doorbell();
  #position: FeedPosition | null = null;
  #polling = false;
  #failing = false;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.hints.subscribe((accountId) => this.#hint(accountId));
  }

  /** Whether the account has as many open streams as it may. */
  isFull(accountId: string): boolean {
    let open = 0;
    for (const stream of this.#streams) if (stream.accountId === accountId) open += 1;
    return open >= STREAMS_PER_ACCOUNT;
  }

  /**
   * Follows an account until `signal` aborts, the session ends, or the process stops.
   * @throws AuthError `rate_limited`, at the first step of the iteration, when the account's streams are all in use.
   */
  async *open(follower: Follower, signal: AbortSignal): AsyncGenerator<SessionEvent, void> {
    if (this.isFull(follower.accountId)) throw new AuthError('rate_limited', { retryAfterMs: BUSY_RETRY_MS });
    const { accountId, sessionId } = follower;
    const stream: Stream = { accountId, sessionId, rows: [], bell: new Doorbell() };
    this.#streams.add(stream);
    this.#parts.counted?.(1);
    try {
      this.#startPolling();
      yield* this.#follow(stream, AbortSignal.any([signal, this.#closing.signal]));
    } finally {
      this.#streams.delete(stream);
      this.#parts.counted?.(-1);
    }
  }

  /** Ends every stream; the process is about to stop. */
  close(): void {
    this.#unsubscribe();
    this.#closing.abort();
    this.#poller.ring();
  }

  async *#follow(stream: Stream, signal: AbortSignal): AsyncGenerator<SessionEvent, void> {
    const { check, clock } = this.#parts;
    while (!signal.aborted) {
      stream.bell.reset();
      // Taken before the check begins: a session found live by it was ended by none of these.
      const rows = stream.rows.splice(0);
      const verification = await check(stream.sessionId, stream.accountId);
      if (signal.aborted) return;
      if (verification.status === 'rejected') {
        yield verification.reason === 'session_expired'
          ? expired(clock.now())
          : await this.#lastEvent(stream, rows, signal);
        return;
      }
      if (verification.status === 'live')
        yield* rows
          .filter((row) => !isOwnOpening(row, stream))
          .map(eventOf)
          .filter((event) => event !== null);
      else stream.rows.unshift(...rows);
      const waitMs =
        verification.status === 'live' ? RECHECK_MS : Math.max(verification.retryAfterMs, RETRY_MS);
      await stream.bell.rung(clock, waitMs, signal);
    }
  }

  /** What ended the session, in the feed's words; without them after a while, for the end must not wait for its reason. */
  async #lastEvent(stream: Stream, seen: readonly FeedRow[], signal: AbortSignal): Promise<SessionEvent> {
    const { clock } = this.#parts;
    const untilMs = clock.monotonicMs() + CAUSE_WAIT_MS;
    for (;;) {
      const row = [...seen, ...stream.rows].find((candidate) => ends(candidate, stream));
      const event = row && eventOf(row);
      if (event) return event;
      if (signal.aborted || clock.monotonicMs() >= untilMs)
        return { type: 'session_revoked', at: clock.now().toISOString(), by: null };
      stream.bell.reset();
      this.#poller.ring();
      await stream.bell.rung(clock, CAUSE_POLL_MS, signal);
    }
  }

  #hint(accountId: string): void {
    let concerned = false;
    for (const stream of this.#streams) {
      if (stream.accountId !== accountId) continue;
      concerned = true;
      stream.bell.ring();
    }
    if (concerned) this.#poller.ring();
  }

  #startPolling(): void {
    if (this.#polling) return;
    this.#polling = true;
    void this.#poll();
  }

  async #poll(): Promise<void> {
    const { clock, log } = this.#parts;
    while (this.#streams.size > 0 && !this.#closing.signal.aborted) {
      this.#poller.reset();
      try {
        await this.#readFeed();
        this.#failing = false;
      } catch (error) {
        if (!this.#failing)
          log.warn(
            { err: error },
            'the revocation feed cannot be read; open streams still check their sessions',
          );
        this.#failing = true;
      }
      await this.#poller.rung(clock, POLL_MS, this.#closing.signal);
    }
    // Nobody listens: what happens until the next stream opens is nobody's news.
    this.#position = null;
    this.#polling = false;
  }

  async #readFeed(): Promise<void> {
    const { feed } = this.#parts;
    this.#position ??= await feed.end();
    for (let full = true; full; ) {
      const rows = await feed.after(this.#position, PAGE);
      for (const row of rows) this.#deliver(row);
      const last = rows.at(-1);
      if (last) this.#position = { xid: last.xid, id: last.id };
      full = rows.length === PAGE;
    }
  }

  #deliver(row: FeedRow): void {
    for (const stream of this.#streams) {
      if (stream.accountId !== row.accountId) continue;
      stream.rows.push(row);
      stream.bell.ring();
    }
  }
}

const OPENED = 'session_opened';

const isOwnOpening = (row: FeedRow, { sessionId }: Follower): boolean =>
  row.type === OPENED && row.sessionId === sessionId;

/** Of two rows of one commit the one that names the session and the one that ends all: either tells the reason. */
const ends = (row: FeedRow, { sessionId }: Follower): boolean =>
  row.type !== OPENED &&
  (row.sessionId === null ? row.exceptSessionId !== sessionId : row.sessionId === sessionId);

const expired = (at: Date): SessionEvent => ({
  type: 'session_expired',
  at: at.toISOString(),
  by: 'expired',
});

/** Null for a type or a cause that this version does not know. */
const eventOf = (row: FeedRow): SessionEvent | null => {
  const event = { type: row.type, at: row.at.toISOString(), by: row.type === OPENED ? null : row.cause };
  return sessionEvent.safeParse(event).data ?? null;
};
