import type { Clock } from '../../ports.ts';

/** Somebody waits, others wake them. A ring before the wait is not lost. */
export class Doorbell {
  #rung = false;
  #wake: (() => void) | null = null;

  /** From here on only new rings count. */
  reset(): void {
    this.#rung = false;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at a ring since the last `reset`, after `ms`, or when `signal` aborts; never rejects. */
  async rung(clock: Pick<Clock, 'sleep'>, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#rung || signal.aborted) return;
    const over = new AbortController();
    this.#wake = () => over.abort();
    await clock.sleep(ms, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    this.#wake = null;
  }
}
