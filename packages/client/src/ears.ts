import { type FeedParts, followFeed } from './feed.ts';
import type { Clock, FeedEvent } from './types.ts';

type Listener = (event: FeedEvent) => void;

/** The one stream of the feed that a client follows for itself: for bounded answers and for watched connections. */
export class Ears {
  readonly #parts: FeedParts;
  readonly #listeners = new Set<Listener>();
  #running = false;
  #knownUpToMs: number | null = null;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  /** Every revocation that is older than so many milliseconds is known; null while the feed is cut. */
  stalenessMs(clock: Pick<Clock, 'monotonicMs'>): number | null {
    return this.#knownUpToMs === null ? null : clock.monotonicMs() - this.#knownUpToMs;
  }

  /** Told before the proof that follows an event. @returns stops listening */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#running) void this.#run();
    return () => void this.#listeners.delete(listener);
  }

  async #run(): Promise<void> {
    this.#running = true;
    let begun = false;
    for await (const item of followFeed(this.#parts, { heartbeatSeconds: 1 })) {
      if (item.kind === 'proof') {
        // What happened before the stream began is told to nobody: whoever listens since then checks once more.
        if (!begun) this.#tell({ kind: 'gap', id: '', because: 'history' });
        begun = true;
        this.#knownUpToMs = item.knownUpToMs;
      } else if (item.kind === 'cut') this.#knownUpToMs = null;
      else {
        // What a gap may have hidden is unknown until whoever keeps something has let go of it.
        if (item.kind === 'gap') this.#knownUpToMs = null;
        this.#tell(item);
      }
    }
    this.#knownUpToMs = null;
  }

  #tell(event: FeedEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
