import { gap, heartbeat, revocation } from '@portcullis/contracts/services';
import { type ServerSentEvent, eventsIn } from './sse.ts';
import type { Clock, FeedEvent, Log } from './types.ts';

export interface FeedParts {
  url: string;
  authorization: string;
  fetch: typeof fetch;
  clock: Clock;
  log: Log;
  /** Ends everything that follows the feed. */
  signal: AbortSignal;
}

export interface FollowOptions {
  after?: string | undefined;
  heartbeatSeconds: number;
  signal?: AbortSignal | undefined;
}

/** A heartbeat: every revocation committed before this time of the own monotonic clock has been told. */
interface Proof {
  kind: 'proof';
  knownUpToMs: number;
}

/** From here on nothing is told until the next `proof`. */
interface Cut {
  kind: 'cut';
}

const LONGEST_PAUSE_MS = 5_000;
/** The clocks of two machines run at rates that differ by less than this; far more than real ones do. */
const DRIFT = 0.001;
/** So long a stream is followed before it is opened anew, which starts the drift from nothing. */
const STREAM_MS = 10 * 60_000;

/** Follows the feed for ever: reconnects, resumes behind the last event, and says when it is cut. */
export async function* followFeed(
  parts: FeedParts,
  options: FollowOptions,
): AsyncGenerator<FeedEvent | Proof | Cut, void> {
  const signal = options.signal ? AbortSignal.any([parts.signal, options.signal]) : parts.signal;
  let after = options.after;
  for (let failures = 0; !signal.aborted; ) {
    try {
      for await (const item of oneStream(parts, { ...options, after }, signal)) {
        if (item.kind === 'proof') failures = 0;
        after = item.id;
        yield item;
      }
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (failures === 1) parts.log.warn({ err: error }, 'the revocation feed was cut; it is taken up again');
    }
    yield { kind: 'cut' };
    if (failures > 0) await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures), signal);
  }
}

type Item = FeedEvent | (Proof & { id: string });

async function* oneStream(
  parts: FeedParts,
  { after, heartbeatSeconds }: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<Item, void> {
  const { clock, fetch: send } = parts;
  const silence = new Silence(heartbeatSeconds * 3_000 + 1_000);
  try {
    const askedMs = clock.monotonicMs();
    const response = await send(`${parts.url}/v1/events?heartbeat=${heartbeatSeconds}`, {
      headers: {
        accept: 'text/event-stream',
        authorization: parts.authorization,
        ...(after === undefined ? {} : { 'last-event-id': after }),
      },
      redirect: 'error',
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status !== 200 || response.body === null)
      throw new Error(`the feed was answered with ${response.status}`);
    for await (const event of eventsIn(response.body)) {
      silence.heard();
      const item = itemOf(event, askedMs, clock.monotonicMs());
      if (item !== null) yield item;
      if (item?.kind === 'proof' && clock.monotonicMs() - askedMs > STREAM_MS) return;
    }
  } finally {
    silence.end();
  }
}

/** Aborts when nothing was heard for so long. Not before: a stream that is merely quiet has heartbeats. */
class Silence {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(new Error('the feed is silent')), ms);
    this.#timer.unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

/** Null for an event that this version does not know. */
const itemOf = ({ id, event, data }: ServerSentEvent, askedMs: number, nowMs: number): Item | null => {
  const value: unknown = JSON.parse(data);
  switch (event) {
    case 'revocation': {
      const { sessionId, exceptSessionId, ...facts } = revocation.parse(value);
      return {
        kind: 'revocation',
        id,
        ...facts,
        ...(sessionId === undefined ? {} : { sessionId }),
        ...(exceptSessionId === undefined ? {} : { exceptSessionId }),
      };
    }
    case 'gap':
      return { kind: 'gap', id, because: gap.parse(value).because };
    case 'heartbeat': {
      // The service counts from when the request arrived, which was after it was sent: an error on the safe side.
      const upToMs = askedMs + heartbeat.parse(value).upToMs * (1 - DRIFT);
      return { kind: 'proof', id, knownUpToMs: Math.min(upToMs, nowMs) };
    }
    default:
      return null;
  }
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
