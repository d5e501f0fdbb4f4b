import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';

export interface GuardSettings {
  /** Whether an error says that the store could not be asked, rather than that it said no. */
  isOutage: (error: unknown) => boolean;
  /** So many outages in a row, and calls are refused at once. */
  outages: number;
  /** How long they are refused before one of them tries again. Default 500. */
  pauseMs?: number;
  /** How long the store gets for a sign of life while it is in doubt. Default 500. */
  patienceMs?: number;
  /** Asks the store for as little as possible. */
  signOfLife: () => Promise<unknown>;
}

/** The store gave no answer in time, or no sign of life while it was in doubt. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The guard gave up on the store, or did not even ask it. */
export const isGuardRefusal = (error: unknown): boolean =>
  isBrokenCircuitError(error) || error instanceof NoAnswer || error instanceof Waiting;

/** Somebody else is finding out whether the store is back. */
class Waiting extends Error {
  override readonly name = 'Waiting';
}

/**
 * Keeps an outage of a store short for each of its callers. A store that hangs costs the deadline of a call; only the
 * first ones pay it. From the first outage on until an answer, the store has to give a sign of life within a short time
 * before it gets work; after a few outages in a row calls are refused at once, and one at a time tries again.
 */
export class Guard {
  readonly #settings: GuardSettings;
  readonly #breaker;
  #isInDoubt = false;

  constructor(settings: GuardSettings) {
    this.#settings = settings;
    this.#breaker = circuitBreaker(
      handleWhen((error) => this.#isOutage(error)),
      { halfOpenAfter: settings.pauseMs ?? 500, breaker: new ConsecutiveBreaker(settings.outages) },
    );
  }

  /**
   * @param deadlineMs after which the answer of `work` is not waited for any more; only for work that may be given up
   * @throws an error that `isGuardRefusal` knows when the store did not answer the guard; what `work` throws otherwise
   */
  async execute<T>(work: () => Promise<T>, deadlineMs?: number): Promise<T> {
    // The breaker would let this call wait for the one that tries, and for its deadline.
    if (this.#breaker.state === CircuitState.HalfOpen) throw new Waiting('the store is being tried');
    return this.#breaker.execute(async () => {
      const { signOfLife, patienceMs = 500 } = this.#settings;
      if (this.#isInDoubt) await within(patienceMs, signOfLife());
      try {
        const value = await (deadlineMs === undefined ? work() : within(deadlineMs, work()));
        this.#isInDoubt = false;
        return value;
      } catch (error) {
        if (this.#isOutage(error)) this.#isInDoubt = true;
        throw error;
      }
    });
  }

  /** Calls are refused for the moment; for metrics and readiness. */
  get broken(): boolean {
    return this.#breaker.state !== CircuitState.Closed;
  }

  #isOutage(error: unknown): boolean {
    return error instanceof NoAnswer || this.#settings.isOutage(error);
  }
}

const within = async <T>(ms: number, answer: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${ms} ms`)), ms);
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};
