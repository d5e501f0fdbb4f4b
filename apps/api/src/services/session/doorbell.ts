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
    const end = () => over.abort();
    this.#wake = end;
    signal.addEventListener('abort', end, { once: true });
    await clock.sleep(ms, over.signal).catch(() => undefined);
    signal.removeEventListener('abort', end);
    this.#wake = null;
  }
}
