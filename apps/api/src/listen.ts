import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';

export interface Listening {
  port: number;
  /** Stops accepting, lets requests in hand finish for at most `graceMs`, then ends what is still open. */
  close(graceMs: number, beforeEnd?: () => void): Promise<void>;
}

export interface ListenOptions {
  /** Names the setting in the message when the port is taken. */
  setting: 'PORT' | 'OPS_PORT';
  host: string;
  port: number;
  /** For headers and body of a request to arrive. */
  requestTimeoutMs: number;
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch'];

/** The address cannot be listened on. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

/** Longer than what proxies keep idle connections for (nginx: 60 s), so that the proxy is the one to end them. */
const KEEP_ALIVE_MS = 65_000;
const POLL_MS = 20;

/** @throws CannotListen with what to do about it. */
export const listen = async (
  fetch: Fetch,
  { setting, host, port, requestTimeoutMs }: ListenOptions,
): Promise<Listening> => {
  let running = 0;
  const counted: Fetch = async (...args) => {
    running += 1;
    try {
      return await fetch(...args);
    } finally {
      running -= 1;
    }
  };
  const timeouts = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const server = createAdaptorServer({ fetch: counted, hostname: host, serverOptions: timeouts }) as Server;
  let closing = false;
  // A connection that never rests would be served for as long as the grace lasts: its client is told to open another.
  server.prependListener('request', (_request, response) => {
    if (closing) response.shouldKeepAlive = false;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, setting, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async (graceMs, beforeEnd) => {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const untilMs = performance.now() + graceMs;
      while (running > 0 && performance.now() < untilMs) await pause(POLL_MS);
      beforeEnd?.();
      // What was just answered or told to end gets a moment to leave the socket.
      await Promise.race([closed, pause(250)]);
      server.closeAllConnections();
      await closed;
    },
  };
};

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const cannotListen = (error: Error, setting: string, host: string, port: number): Error => {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new CannotListen(`port ${port} of ${host} is taken: set ${setting} to another one`);
  if (code === 'EACCES')
    return new CannotListen(`port ${port} may not be used by this user: set ${setting} to one above 1023`);
  if (code === 'EADDRNOTAVAIL')
    return new CannotListen(
      `${host} is no address of this machine: set ${setting === 'PORT' ? 'HOST' : 'OPS_HOST'} to one`,
    );
  return error;
};
