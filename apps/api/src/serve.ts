import { systemClock } from './adapters/system.ts';
import type { Config } from './config.ts';
import { buildContainer, type Container, loggerFor } from './container.ts';
import { createApp } from './http/app.ts';
import { createOpsApp } from './http/ops.ts';
import { atMost, untilToldToStop } from './lifecycle.ts';
import { listen } from './listen.ts';
import { readinessOf } from './readiness.ts';

const FINISH_MS = 10_000;
const CLOSE_MS = 3_000;
/** How long the start waits for the first poll before it listens all the same. */
const FIRST_POLL_MS = 2_000;

/**
 * Answers requests until a signal ends it: not ready, no new connections, requests in hand, open streams, the lease,
 * the stores, in this order. A store that is away at the start may come later.
 * @throws CannotListen
 */
export const serve = async (config: Config): Promise<void> => {
  const log = loggerFor(config);
  const told = untilToldToStop(log);
  const container = await buildContainer(config, { log });
  const { deps } = container;
  const state = { draining: false };
  const { api, ops } = await open(config, container, state).catch(async (error: unknown) => {
    // A port that is taken must end the process: neither a lease nor a connection may keep it.
    await atMost(CLOSE_MS, container.close());
    throw error;
  });
  announce(config, container.log, api.port, ops.port);

  const signal = await told;
  const startMs = systemClock.monotonicMs();
  log.info({ signal }, 'stopping');
  state.draining = true;
  await api.close(FINISH_MS, () => {
    deps.hub.close();
    deps.services.feed.close();
  });
  await atMost(CLOSE_MS, container.close());
  await ops.close(0);
  log.info({ ms: Math.round(systemClock.monotonicMs() - startMs) }, 'stopped');
  process.exit(0);
};

/** Both ports, the one for probes first: it tells how the start goes. */
const open = async (config: Config, container: Container, state: { draining: boolean }) => {
  const { deps, ring, metrics } = container;
  const { requestDeadlineMs: requestTimeoutMs } = config.http;
  const readiness = () => readinessOf(container, state.draining);
  const opsApp = createOpsApp({ readiness, metrics: metrics.registry });
  const ops = await listen(opsApp.fetch, { setting: 'OPS_PORT', ...config.ops, requestTimeoutMs });
  try {
    await atMost(FIRST_POLL_MS, container.start());
    const settings = { ...config.http, publicUrl: config.service.publicUrl };
    const app = createApp({ deps, settings, keys: ring, metrics });
    const api = await listen(app.fetch, { setting: 'PORT', ...config.http, requestTimeoutMs });
    return { api, ops };
  } catch (error) {
    await ops.close(0);
    throw error;
  }
};

const announce = (config: Config, log: ReturnType<typeof loggerFor>, port: number, opsPort: number): void => {
  log.info({ host: config.http.host, port, opsPort, publicUrl: config.service.publicUrl }, 'serving');
  if (config.redis === null)
    log.warn({}, 'no Redis is configured: session checks are answered by Postgres, correct and slower');
  if (config.limits.mode === 'relaxed') log.warn({}, 'rate limits are relaxed');
  if (config.authority.databaseLoss === 'serve')
    log.warn(
      {},
      'session checks go on beyond the lease without Postgres: sound only while no instance is cut off from the Postgres through which another revokes',
    );
};
