import type { IncomingMessage, ServerResponse } from 'node:http';
import { AuthError } from './errors.ts';
import type { AuthClient, RequireOptions, Verified } from './types.ts';

/** Fits Express 5 and everything else that has `(request, response, next)` over node:http. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

const sessions = new WeakMap<IncomingMessage, Verified>();

/** Lets a request pass with a live session, to be had by `sessionOf`; answers every other one itself: 401, 503, 400. */
export const requireSession =
  (auth: AuthClient, options: RequireOptions = {}): Middleware =>
  async (request, response, next) => {
    try {
      sessions.set(request, await auth.requireSession(request, options));
    } catch (error) {
      if (!(error instanceof AuthError)) return next(error);
      response.writeHead(error.status, error.headers).end(error.body);
      return;
    }
    next();
  };

/** The session that `requireSession` found. @throws Error on a route without it: a mistake of the program */
export const sessionOf = (request: IncomingMessage): Verified => {
  const found = sessions.get(request);
  if (found === undefined) throw new Error('requireSession does not stand before this route');
  return found;
};
