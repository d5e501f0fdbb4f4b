import type { IncomingMessage } from 'node:http';
import { AuthError } from './errors.ts';
import type { AuthClient, RequireOptions, Verified } from './types.ts';

/** The parts of Fastify 5's request and reply that are used. */
interface FastifyRequestLike {
  readonly raw: IncomingMessage;
}

interface FastifyReplyLike {
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: string): unknown;
}

const sessions = new WeakMap<IncomingMessage, Verified>();

/**
 * A `preHandler` or `onRequest` hook: lets a request pass with a live session, to be had by `sessionOf`; answers every
 * other one itself: 401, 503, 400.
 */
export const requireSession =
  (auth: AuthClient, options: RequireOptions = {}) =>
  async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    try {
      sessions.set(request.raw, await auth.requireSession(request.raw, options));
      return undefined;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      reply.code(error.status);
      reply.headers(error.headers);
      reply.send(error.body);
      // A hook that answered returns the reply, so that Fastify goes no further.
      return reply;
    }
  };

/** The session that `requireSession` found. @throws Error on a route without it: a mistake of the program */
export const sessionOf = (request: FastifyRequestLike): Verified => {
  const found = sessions.get(request.raw);
  if (found === undefined) throw new Error('requireSession does not stand before this route');
  return found;
};
