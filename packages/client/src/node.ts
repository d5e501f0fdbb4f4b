import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AuthError } from './errors.ts';
import type { AuthClient, Refused, RequireOptions, Undecided, Verified } from './types.ts';

/** Runs the handler with a live session; answers every other request itself: 401, 503, 400. */
export const withSession =
  (
    auth: AuthClient,
    handler: (request: IncomingMessage, response: ServerResponse, verified: Verified) => unknown,
    options: RequireOptions = {},
  ) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let verified: Verified;
    try {
      verified = await auth.requireSession(request, options);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      response.writeHead(error.status, error.headers).end(error.body);
      return;
    }
    await handler(request, response, verified);
  };

/** What can be ended: a socket of `ws`, or anything else with `close`. */
export interface Closable {
  close(code: number, reason: string): void;
  once(event: 'close', listener: () => void): unknown;
  terminate?(): void;
}

/**
 * Verifies an upgrade request before the handshake. Null: it was answered and its socket ended.
 * @param origins the `Origin` values that may connect; a browser sends cookies with an upgrade from any page
 */
export const verifyUpgrade = async (
  auth: AuthClient,
  request: IncomingMessage,
  socket: Duplex,
  { origins, ...options }: RequireOptions & { origins: readonly string[] },
): Promise<Verified | null> => {
  // Nobody else listens yet, and an error without a listener ends the process.
  const ignore = () => undefined;
  socket.on('error', ignore);
  try {
    const { origin } = request.headers;
    if (request.headers.cookie !== undefined && !origins.includes(origin ?? ''))
      throw new AuthError('forbidden');
    return await auth.requireSession(request, options);
  } catch (error) {
    const refusal = error instanceof AuthError ? error : new AuthError('unavailable');
    const headers = Object.entries({
      ...refusal.headers,
      connection: 'close',
      'content-length': String(Buffer.byteLength(refusal.body)),
    });
    const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${head}\r\n${refusal.body}`,
    );
    return null;
  } finally {
    socket.removeListener('error', ignore);
    if (socket.writableEnded) socket.on('error', ignore);
  }
};

/** Close codes of the application's own range (RFC 6455 §7.4.2); 1013 is "try again later". */
const REVOKED = 4401;
const TRY_AGAIN = 1013;
const TERMINATE_MS = 1_000;

/**
 * Ends a WebSocket when its session ends: at the revocation, not at the next message.
 * @param request the upgrade request that was verified
 */
export const endOnRevocation = (
  auth: AuthClient,
  request: IncomingMessage,
  verified: Verified,
  socket: Closable,
): void => {
  const stop = auth.watch(request, verified, (why: Refused | Undecided) => {
    socket.close(why.decided ? REVOKED : TRY_AGAIN, why.reason);
    // A peer that does not answer the close is not waited for.
    const timer = setTimeout(() => socket.terminate?.(), TERMINATE_MS);
    timer.unref();
  });
  socket.once('close', stop);
};
