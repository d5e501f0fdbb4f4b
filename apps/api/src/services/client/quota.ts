import { AuthError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';

interface Window {
  startMs: number;
  used: number;
}

/** What each client may ask of this process; counted here alone, so that it costs a call nothing. */
export class ClientQuota {
  readonly #limit: { points: number; seconds: number };
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #windows = new Map<string, Window>();

  constructor(limit: { points: number; seconds: number }, clock: Pick<Clock, 'monotonicMs'>) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** @throws AuthError `rate_limited` when the client's window holds fewer than `tokens` */
  consume(clientId: string, tokens: number): void {
    const now = this.#clock.monotonicMs();
    const lengthMs = this.#limit.seconds * 1_000;
    const known = this.#windows.get(clientId);
    const window = known && now - known.startMs < lengthMs ? known : { startMs: now, used: 0 };
    this.#windows.set(clientId, window);
    if (window.used + tokens > this.#limit.points)
      throw new AuthError('rate_limited', { retryAfterMs: Math.ceil(window.startMs + lengthMs - now) });
    window.used += tokens;
  }
}
