import type { CanaryAccount } from './account.ts';
import type { CanaryInstance, Clock, Logger } from '../../ports.ts';

/** `held`: every instance refused. `undecided`: some could not say. `skipped`: nothing could be revoked. */
export type CanaryOutcome = 'held' | 'stale' | 'undecided' | 'skipped';

export interface CanaryMetrics {
  round(outcome: CanaryOutcome): void;
  /** An instance accepted a session after its end had been answered. */
  staleAccept(): void;
  /** From sending the revocation until every instance, asked after its success, had refused; in seconds. */
  revocation(seconds: number): void;
}

export interface CanaryDeps {
  instances: readonly CanaryInstance[];
  clock: Pick<Clock, 'monotonicMs'>;
  log: Pick<Logger, 'error' | 'debug'>;
  metrics: CanaryMetrics;
}

/** Ended sessions that are presented again in every round: what a fail-over brings back shows late. */
const REMEMBERED = 20;

/**
 * The guarantee, asked of the running deployment (G1, G2): opens a session, uses it at every instance so that whatever
 * they keep of it is warm, ends it, and presents it to every instance again, together with those that ended before.
 */
export class Canary {
  readonly #deps: CanaryDeps;
  #rounds = 0;
  #ended: string[] = [];

  constructor(deps: CanaryDeps) {
    this.#deps = deps;
  }

  async round(account: CanaryAccount): Promise<CanaryOutcome> {
    const { instances, metrics } = this.#deps;
    const number = this.#rounds++;
    const outcomes = [await this.#fresh(account, number), await this.#replay(this.#ended)];
    this.#ended = this.#ended.slice(-REMEMBERED);
    const worst =
      (['stale', 'skipped', 'undecided'] as const).find((one) => outcomes.includes(one)) ?? 'held';
    metrics.round(instances.length === 0 ? 'skipped' : worst);
    return worst;
  }

  async #fresh(account: CanaryAccount, number: number): Promise<CanaryOutcome> {
    const { instances, clock, metrics } = this.#deps;
    // Another instance opens and another one ends in each round.
    const opener = instances[number % instances.length];
    const ender = instances[(number + 1) % instances.length];
    const token = await opener?.signIn(account.email, account.password);
    if (!token || ender === undefined) return 'skipped';
    await Promise.all(instances.map((instance) => instance.show(token)));
    const sentMs = clock.monotonicMs();
    const what = number % 2 === 0 ? 'this session' : 'all sessions';
    if (!(await ender.end(token, what))) return 'skipped';
    this.#ended.push(token);
    const outcome = await this.#replay([token]);
    if (outcome === 'held') metrics.revocation((clock.monotonicMs() - sentMs) / 1_000);
    return outcome;
  }

  async #replay(tokens: readonly string[]): Promise<CanaryOutcome> {
    const { instances, log, metrics } = this.#deps;
    let outcome: CanaryOutcome = 'held';
    for (const token of tokens) {
      const shown = await Promise.all(
        instances.map(async (instance) => [instance, await instance.show(token)] as const),
      );
      for (const [instance, said] of shown) {
        if (said === 'undecided' && outcome === 'held') outcome = 'undecided';
        if (said !== 'accepted') continue;
        outcome = 'stale';
        metrics.staleAccept();
        log.error({ instance: instance.name }, 'an instance accepted a session after its end: G1 is broken');
      }
    }
    return outcome;
  }
}
