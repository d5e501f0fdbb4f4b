import { createClient } from 'redis';
import type { Log } from '../ports.ts';

export type RedisConnection = ReturnType<typeof connectRedis>;

/**
 * A node-redis client that never queues for a server that is away and never waits for one that is silent. It connects
 * in the background and for ever: a store that comes later, or back, is simply used from then on.
 */
export const connectRedis = (url: string, log: Log, name = 'portcullis') => {
  const client = createClient({
    url,
    name,
    RESP: 3,
    disableOfflineQueue: true,
    // The client's own timeout (5 s unless said otherwise) stops counting once a command is written, and costs an
    // AbortSignal with a timer for each: what waits here has a deadline of its own, and a silent socket ends.
    commandOptions: { timeout: 0 },
    // Idle connections would meet the socket timeout without a ping (stack: node-redis has no reply timeout of its own).
    pingInterval: 400,
    socket: {
      connectTimeout: 1_000,
      socketTimeout: 1_000,
      reconnectStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 6), 1_000),
    },
  });
  let reported = '';
  client.on('error', (error: Error) => {
    if (error.message !== reported) log.warn({ err: error }, 'Redis is not answering');
    reported = error.message;
  });
  client.on('ready', () => {
    reported = '';
  });
  client.connect().catch(() => undefined);
  return client;
};
