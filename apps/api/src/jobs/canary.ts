import { Counter, Histogram, type Registry } from '@prometheus-io/client';
import { type CanaryAccountDeps, ensureCanaryAccount } from '../services/canary/account.ts';
import type { CanaryInstance, Clock, Logger } from '../ports.ts';
import { Canary, type CanaryMetrics } from '../services/canary/round.ts';

export interface CanaryLoopDeps extends CanaryAccountDeps {
  instances: readonly CanaryInstance[];
  everyMs: number;
  metrics: CanaryMetrics;
  clock: Clock;
  log: Logger;
}

const ACCOUNT_MS = 10_000;

/** Goes round until the signal ends it; an outage costs rounds, never the worker. */
export const runCanary = async (deps: CanaryLoopDeps, over: AbortSignal): Promise<void> => {
  const { clock, log } = deps;
  const canary = new Canary(deps);
  let account = null;
  while (!over.aborted) {
    try {
      account ??= await ensureCanaryAccount(deps, clock.monotonicMs() + ACCOUNT_MS);
      await canary.round(account);
    } catch (error) {
      log.warn({ err: error }, 'a round of the canary failed');
    }
    await clock.sleep(deps.everyMs, over).catch(() => undefined);
  }
};

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `portcullis_stale_accepts_total` stays 0 while the service keeps its promise: alert on anything else. */
export const canaryMetrics = (registry: Registry): CanaryMetrics => {
  const registers = [registry];
  const stale = new Counter({
    name: 'portcullis_stale_accepts_total',
    help: 'Sessions that an instance accepted after their end had been answered; must stay 0',
    registers,
  });
  const rounds = new Counter({
    name: 'portcullis_canary_rounds_total',
    help: 'Rounds of the canary by what came of them',
    labelNames: ['outcome'],
    registers,
  });
  const latency = new Histogram({
    name: 'portcullis_revocation_latency_seconds',
    help: 'From sending a revocation until every instance, asked after its success, had refused the session',
    buckets: SECONDS,
    registers,
  });
  return {
    round: (outcome) => rounds.inc({ outcome }),
    staleAccept: () => stale.inc(),
    revocation: (seconds) => latency.observe(seconds),
  };
};
