import { Breaker } from './breaker.ts';
import { Outage } from './errors.ts';
import type { Clock } from './types.ts';

export interface TransportSettings {
  url: string;
  authorization: string;
  timeoutMs: number;
  deadlineMs: number;
  retries: number;
  openAfter: number;
  halfOpenAfterMs: number;
  fetch: typeof fetch;
  clock: Clock;
}

export interface Call {
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** A read may be tried again; a write may have been done although its answer was lost. */
  isRead: boolean;
  /** On the monotonic clock. */
  untilMs?: number;
  /** Statuses that are answers for the caller, beside 200. */
  accepts?: readonly number[];
}

export interface Answer {
  status: number;
  body: unknown;
}

const LEAST_PAUSE_MS = 25;

/** HTTP to the service: deadlines for each try and for all of them, retries of reads, a circuit breaker. */
export class Transport {
  readonly #settings: TransportSettings;
  readonly #breaker: Breaker;
  readonly #closing = new AbortController();

  constructor(settings: TransportSettings) {
    this.#settings = settings;
    this.#breaker = new Breaker(settings.openAfter, settings.halfOpenAfterMs, settings.clock);
  }

  get circuit(): 'closed' | 'open' | 'half_open' {
    return this.#breaker.state;
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort();
  }

  /** @throws Outage when there is no answer within the deadline */
  async call(call: Call): Promise<Answer> {
    const { clock, deadlineMs, retries } = this.#settings;
    const untilMs = Math.min(call.untilMs ?? Infinity, clock.monotonicMs() + deadlineMs);
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#try(call, untilMs);
      } catch (error) {
        const outage = error instanceof Outage ? error : new Outage('network', 1_000, error);
        const isWorthIt = RETRYABLE.has(outage.why) && call.isRead && tries < retries;
        const pauseMs = pauseBefore(tries, outage);
        if (!isWorthIt || clock.monotonicMs() + pauseMs >= untilMs) throw outage;
        await this.#pause(pauseMs);
      }
    }
  }

  async #try(call: Call, untilMs: number): Promise<Answer> {
    const { clock, timeoutMs } = this.#settings;
    if (this.#closing.signal.aborted) throw new Outage('closed');
    const leftMs = Math.min(timeoutMs, untilMs - clock.monotonicMs());
    if (leftMs <= 0) throw new Outage('timeout');
    const pass = this.#breaker.enter();
    try {
      const answer = await this.#send(call, leftMs);
      pass.succeeded();
      return answer;
    } catch (error) {
      const outage = error instanceof Outage ? error : new Outage('network', 1_000, error);
      // An answer that refuses this client is an answer: the service is there.
      if (COUNTED.has(outage.why)) pass.failed();
      else pass.succeeded();
      throw outage;
    }
  }

  async #send(call: Call, leftMs: number): Promise<Answer> {
    const { url, authorization } = this.#settings;
    const late = AbortSignal.timeout(Math.ceil(leftMs));
    try {
      // A function of its own: called as a method, fetch would complain.
      const { fetch: send } = this.#settings;
      const response = await send(`${url}${call.path}`, {
        method: call.method ?? 'GET',
        headers: { accept: 'application/json', authorization, ...call.headers },
        redirect: 'error',
        signal: AbortSignal.any([late, this.#closing.signal]),
        ...(call.body === undefined ? {} : { body: call.body }),
      });
      return await this.#read(response, call.accepts ?? []);
    } catch (error) {
      if (error instanceof Outage) throw error;
      if (this.#closing.signal.aborted) throw new Outage('closed', 1_000, error);
      throw new Outage(late.aborted ? 'timeout' : 'network', 1_000, error);
    }
  }

  async #read(response: Response, accepts: readonly number[]): Promise<Answer> {
    const { status } = response;
    const text = await response.text();
    const told = Number(response.headers.get('retry-after') ?? Number.NaN) * 1_000;
    const [isTold, retryAfterMs] = told > 0 ? [true, told] : [false, 1_000];
    if (status === 200 || accepts.includes(status)) return { status, body: parsed(text) };
    if (status === 401 || status === 403) throw new Outage('client_refused', 5_000);
    if (status === 429) throw new Outage('rate_limited', retryAfterMs, undefined, true);
    if (status >= 500) throw new Outage('service', retryAfterMs, undefined, isTold);
    throw new Outage('protocol', 5_000, new Error(`the service answered ${status}`));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const { signal } = this.#closing;
      signal.addEventListener('abort', done, { once: true });
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}

const RETRYABLE = new Set(['network', 'timeout', 'service', 'rate_limited']);
const COUNTED = new Set(['network', 'timeout', 'service']);

/** Full jitter, growing; a service that says when to come back is asked no earlier. */
const pauseBefore = (tries: number, outage: Outage): number => {
  const jitter = LEAST_PAUSE_MS + Math.random() * 50 * 2 ** tries;
  return outage.isTold ? Math.max(jitter, outage.retryAfterMs) : jitter;
};

const parsed = (text: string): unknown => {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Outage('protocol', 1_000, error);
  }
};
