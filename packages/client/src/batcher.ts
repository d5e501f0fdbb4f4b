import { type VerifyResult, verifyResponse } from '@portcullis/contracts/services';
import { Outage } from './errors.ts';
import type { Transport } from './transport.ts';
import type { Clock } from './types.ts';

/** What the service said of one token. */
export interface Checked {
  result: Exclude<VerifyResult, { active: null }>;
  /** The database's time at the answer, RFC 3339. */
  at: string;
  /** On the monotonic clock of this process, before the request was sent. */
  sentMs: number;
}

interface Waiter {
  resolve: (checked: Checked) => void;
  reject: (error: Outage) => void;
  untilMs: number;
}

export interface BatcherSettings {
  concurrent: number;
  queued: number;
  deadlineMs: number;
  clock: Clock;
}

const MOST_TOKENS = 256;

/**
 * Makes one request of the verifications that wait at the same time. A request that was sent is closed: whoever comes
 * later waits for the next one, since an answer that was asked for before a call began says nothing about a revocation
 * in between.
 */
export class Batcher {
  readonly #transport: Transport;
  readonly #settings: BatcherSettings;
  #waiting = new Map<string, Waiter[]>();
  #count = 0;
  #underWay = 0;
  #scheduled = false;

  constructor(transport: Transport, settings: BatcherSettings) {
    this.#transport = transport;
    this.#settings = settings;
  }

  /** @throws Outage */
  check(token: string): Promise<Checked> {
    const { queued, clock, deadlineMs } = this.#settings;
    if (this.#count >= queued) return Promise.reject(new Outage('queue_full'));
    return new Promise((resolve, reject) => {
      const untilMs = clock.monotonicMs() + deadlineMs;
      this.#count += 1;
      const waiters = this.#waiting.get(token) ?? [];
      waiters.push({ resolve, reject, untilMs });
      this.#waiting.set(token, waiters);
      this.#schedule();
    });
  }

  /** At the end of this turn of the event loop, so that everybody who came in it shares the request. */
  #schedule(): void {
    if (this.#scheduled || this.#underWay >= this.#settings.concurrent || this.#waiting.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#take();
    if (batch.size === 0) return;
    this.#underWay += 1;
    this.#schedule();
    try {
      await this.#send(batch);
    } catch (error) {
      const outage = error instanceof Outage ? error : new Outage('protocol', 1_000, error);
      for (const waiters of batch.values()) for (const { reject } of waiters) reject(outage);
    } finally {
      this.#underWay -= 1;
      this.#schedule();
    }
  }

  /** Those whose time has passed meanwhile are told so; the rest leave together. */
  #take(): Map<string, Waiter[]> {
    const now = this.#settings.clock.monotonicMs();
    const batch = new Map<string, Waiter[]>();
    for (const [token, waiters] of this.#waiting) {
      if (batch.size === MOST_TOKENS) break;
      this.#waiting.delete(token);
      this.#count -= waiters.length;
      const inTime = waiters.filter(({ untilMs, reject }) => {
        if (untilMs <= now) reject(new Outage('timeout'));
        return untilMs > now;
      });
      if (inTime.length > 0) batch.set(token, inTime);
    }
    return batch;
  }

  async #send(batch: Map<string, Waiter[]>): Promise<void> {
    const tokens = [...batch.keys()];
    const sentMs = this.#settings.clock.monotonicMs();
    const { body } = await this.#transport.call({
      path: '/v1/verify',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tokens, partial: true }),
      isRead: true,
      untilMs: Math.min(...[...batch.values()].flat().map(({ untilMs }) => untilMs)),
    });
    const answer = verifyResponse.safeParse(body);
    if (!answer.success || answer.data.results.length !== tokens.length)
      throw new Outage('protocol', 1_000, answer.error);
    const { results, at } = answer.data;
    tokens.forEach((token, index) => {
      const result = results[index];
      for (const { resolve, reject } of batch.get(token) ?? []) {
        if (result === undefined || result.active === null) reject(new Outage('service'));
        else resolve({ result, at, sentMs });
      }
    });
  }
}
