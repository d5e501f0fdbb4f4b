import type { FeedPage, FeedPlace, SettledFeed } from '@portcullis/authority/settled-feed';
import type { Gap, Heartbeat, Revocation } from '@portcullis/contracts/services';
import { AuthError } from '../../errors.ts';
import type { Clock, Logger } from '../../ports.ts';
import { Doorbell } from '../session/doorbell.ts';
import type { CallingClient } from './authenticate.ts';
import { nameOfPlace, placeOf, revocationOf } from './feed-events.ts';

export interface FeedHubParts {
  feed: Pick<SettledFeed, 'end' | 'after'>;
  hints: { subscribe(listener: (accountId: string) => void): () => void };
  clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  log: Logger;
  /** +1 when a stream opens, -1 when it ends. */
  counted?: (change: 1 | -1) => void;
}

/** One event of the feed; `id` is where a reader that has it resumes. */
export type FeedEvent = { id: string } & (
  | { event: 'revocation'; data: Revocation }
  | { event: 'gap'; data: Gap }
  | { event: 'heartbeat'; data: Heartbeat }
);

export interface FollowOptions {
  client: CallingClient;
  /** The id of the last event that the reader has; null: from now on. */
  after: string | null;
  heartbeatMs: number;
  /** On the monotonic clock, when the request for the stream arrived. */
  arrivedMs: number;
}

const POLL_MS = 1_000;
/** Between two reads of a stream, however many hints there are; also while committed rows wait for an older transaction. */
const LEAST_PAUSE_MS = 100;
const PAGE = 500;
const STREAMS_PER_CLIENT = 50;
const BUSY_RETRY_MS = 5_000;

/**
 * The open streams of the revocation feed (P10). Each reads on from its own place, each second or when a hint says that
 * something happened; a heartbeat tells that the feed was read to its end, so its absence tells that it was not.
 */
export class FeedHub {
  readonly #parts: FeedHubParts;
  readonly #bells = new Map<Doorbell, string>();
  readonly #closing = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(parts: FeedHubParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.hints.subscribe(() => {
      for (const bell of this.#bells.keys()) bell.ring();
    });
  }

  /**
   * Where the stream of a reader begins. Asked before the stream is answered, so that an outage has a status.
   * @throws AuthError `rate_limited`, `unavailable`
   */
  async begin({ client, after }: Pick<FollowOptions, 'client' | 'after'>): Promise<FeedPlace> {
    const open = [...this.#bells.values()].filter((id) => id === client.id).length;
    if (open >= STREAMS_PER_CLIENT) throw new AuthError('rate_limited', { retryAfterMs: BUSY_RETRY_MS });
    const known = after === null ? null : placeOf(after);
    if (known !== null) return known;
    try {
      const end = await this.#parts.feed.end();
      // An id that says nothing to us is of another history, as far as we can tell.
      return after === null ? end : { ...end, history: { systemId: '', timeline: '' } };
    } catch (cause) {
      throw new AuthError('unavailable', { retryAfterMs: BUSY_RETRY_MS, cause });
    }
  }

  /** Follows the feed until `signal` aborts, the client may not any more, or the process stops. */
  async *follow(
    begin: FeedPlace,
    options: FollowOptions,
    signal: AbortSignal,
  ): AsyncGenerator<FeedEvent, void> {
    const bell = new Doorbell();
    this.#bells.set(bell, options.client.id);
    this.#parts.counted?.(1);
    try {
      yield* this.#read(begin, options, bell, AbortSignal.any([signal, this.#closing.signal]));
    } finally {
      this.#bells.delete(bell);
      this.#parts.counted?.(-1);
    }
  }

  /** Ends every stream; the process is about to stop. */
  close(): void {
    this.#unsubscribe();
    this.#closing.abort();
  }

  async *#read(
    begin: FeedPlace,
    { client, heartbeatMs, arrivedMs }: FollowOptions,
    bell: Doorbell,
    signal: AbortSignal,
  ): AsyncGenerator<FeedEvent, void> {
    const { clock } = this.#parts;
    let place = begin;
    let nextBeatMs = 0;
    while (!signal.aborted) {
      bell.reset();
      const sentMs = clock.monotonicMs();
      const page = await this.#page(place);
      if (page !== null) {
        if (page.missing !== null)
          yield { id: nameOfPlace(page.from), event: 'gap', data: { because: page.missing } };
        yield* eventsOf(page);
        place = page.next;
        if (page.full) continue;
        if (sentMs >= nextBeatMs) {
          if (!(await this.#mayGoOn(client))) return;
          nextBeatMs = sentMs + heartbeatMs;
          const upToMs = Math.max(0, sentMs - arrivedMs - page.behindMs);
          yield { id: nameOfPlace(place), event: 'heartbeat', data: { upToMs } };
        }
      }
      // Hints come in crowds; a short pause makes one statement of many.
      await clock.sleep(LEAST_PAUSE_MS, signal).catch(() => undefined);
      if (page?.behindMs) continue;
      await bell.rung(clock, Math.min(POLL_MS, heartbeatMs), signal);
    }
  }

  /** Null while the feed cannot be read: the reader hears no heartbeat, and loses nothing. */
  async #page(place: FeedPlace): Promise<FeedPage | null> {
    try {
      return await this.#parts.feed.after(place, PAGE);
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the revocation feed cannot be read for a service');
      return null;
    }
  }

  async #mayGoOn(client: CallingClient): Promise<boolean> {
    try {
      return await client.isStillAllowed();
    } catch {
      return true;
    }
  }
}

function* eventsOf({ rows, next }: FeedPage): Generator<FeedEvent> {
  for (const row of rows) {
    const data = revocationOf(row);
    if (data !== null)
      yield {
        id: nameOfPlace({ history: next.history, xid: row.xid, id: row.id }),
        event: 'revocation',
        data,
      };
  }
}
