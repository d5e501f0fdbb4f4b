import { Outage } from './errors.ts';
import type { Clock } from './types.ts';

export interface Pass {
  succeeded(): void;
  failed(): void;
}

/** Stops asking a service that keeps failing, and lets one try through after a while. */
export class Breaker {
  readonly #openAfter: number;
  readonly #halfOpenAfterMs: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #failures = 0;
  #openedAtMs: number | null = null;
  #probing = false;

  constructor(openAfter: number, halfOpenAfterMs: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#openAfter = openAfter;
    this.#halfOpenAfterMs = halfOpenAfterMs;
    this.#clock = clock;
  }

  get state(): 'closed' | 'open' | 'half_open' {
    if (this.#openedAtMs === null) return 'closed';
    return this.#clock.monotonicMs() - this.#openedAtMs >= this.#halfOpenAfterMs ? 'half_open' : 'open';
  }

  /** @throws Outage `circuit_open` */
  enter(): Pass {
    const { state } = this;
    if (state === 'open' || (state === 'half_open' && this.#probing)) {
      const openMs = this.#clock.monotonicMs() - (this.#openedAtMs ?? 0);
      throw new Outage('circuit_open', Math.max(1, this.#halfOpenAfterMs - openMs));
    }
    const isProbe = state === 'half_open';
    if (isProbe) this.#probing = true;
    const leave = () => {
      if (isProbe) this.#probing = false;
    };
    return {
      succeeded: () => {
        leave();
        this.#failures = 0;
        this.#openedAtMs = null;
      },
      failed: () => {
        leave();
        this.#failures += 1;
        if (isProbe || this.#failures >= this.#openAfter) this.#openedAtMs = this.#clock.monotonicMs();
      },
    };
  }
}
