import { within } from './adapters/within.ts';
import type { Container } from './container.ts';

/** Whether one thing this process depends on lets it do its work. `degraded` is slower or narrower, but correct. */
export interface Readiness {
  status: 'ok' | 'degraded' | 'failed';
  detail?: string;
}

export type Readinesses = Record<string, Readiness>;

const DEADLINE_MS = 1_000;

/** Asks each dependency now. Ready means: none has failed. */
export const readinessOf = async (container: Container, draining: boolean): Promise<Readinesses> => ({
  process: draining ? { status: 'failed', detail: 'shutting down' } : { status: 'ok' },
  postgres: await postgres(container),
  lease: lease(container),
  ...(container.redis === null ? {} : { redis: redis(container) }),
});

const postgres = async ({ deps }: Container): Promise<Readiness> => {
  try {
    await within(DEADLINE_MS, deps.db.ping());
    return { status: 'ok' };
  } catch {
    return { status: 'failed', detail: 'does not answer' };
  }
};

/** Session checks go on from Redis while the lease holds; sign-ins do not, so an outage of Postgres is not hidden by it. */
const lease = ({ authority }: Container): Readiness => {
  const trust = authority.lease.trust();
  if (trust === null) return { status: 'failed', detail: 'not polled yet' };
  return authority.lease.holds(trust) || trust.generation.replicationIds === null
    ? { status: 'ok' }
    : { status: 'degraded', detail: 'no lease on the index: Postgres answers every check' };
};

/** An instance that cannot reach the index which others trust must not serve (P6); without any index it is only slower. */
const redis = ({ authority }: Container): Readiness => {
  if (authority.lease.reachesIndex()) return { status: 'ok' };
  const trusted = authority.lease.trust()?.generation.replicationIds ?? null;
  if (trusted === null) return { status: 'degraded', detail: 'away: Postgres answers every check' };
  return { status: 'failed', detail: 'the trusted index is out of reach' };
};
