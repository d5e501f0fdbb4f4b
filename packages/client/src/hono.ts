import type { MiddlewareHandler } from 'hono';
import { AuthError, errorOf } from './errors.ts';
import type { AuthClient, RequireOptions, Verified } from './types.ts';

export interface SignedInEnv {
  Variables: { auth: Verified };
}

export interface MaybeSignedInEnv {
  Variables: { auth: Verified | null };
}

/** Lets a request pass with a live session, as `c.var.auth`; answers every other one itself: 401, 503, 400. */
export const requireSession =
  (auth: AuthClient, options: RequireOptions = {}): MiddlewareHandler<SignedInEnv> =>
  async (c, next) => {
    try {
      c.set('auth', await auth.requireSession(c.req.raw, options));
    } catch (error) {
      if (error instanceof AuthError) return error.toResponse();
      throw error;
    }
    return next();
  };

/** `c.var.auth` is null for somebody without a live session. When that cannot be decided the answer is 503. */
export const optionalSession =
  (auth: AuthClient): MiddlewareHandler<MaybeSignedInEnv> =>
  async (c, next) => {
    const outcome = await auth.verify(c.req.raw);
    if (!outcome.ok && !outcome.decided) return errorOf(outcome).toResponse();
    c.set('auth', outcome.ok ? outcome : null);
    return next();
  };
