import { TRPCError, type TRPCMiddlewareFunction } from '@trpc/server';
import { AuthError } from './errors.ts';
import type { AuthClient, CredentialSource, RequireOptions, Verified } from './types.ts';

/**
 * A middleware for procedures: `t.procedure.use(requireSession(auth, (ctx) => ctx.req))`. The session is `ctx.auth`.
 * Refusals are `TRPCError`s whose `cause` is the `AuthError`; an outage is `SERVICE_UNAVAILABLE`.
 * @param sourceOf where a context holds the request or its headers
 */
export const requireSession =
  <Ctx extends object>(
    auth: AuthClient,
    sourceOf: (ctx: Ctx) => CredentialSource,
    options: RequireOptions = {},
  ): TRPCMiddlewareFunction<Ctx, object, object, { auth: Verified }, unknown> =>
  async ({ ctx, next }) => {
    let verified: Verified;
    try {
      verified = await auth.requireSession(sourceOf(ctx as unknown as Ctx), options);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      throw new TRPCError({ code: codeOf(error), message: error.reason, cause: error });
    }
    return next({ ctx: { auth: verified } });
  };

const codeOf = ({ status }: AuthError) =>
  status === 503
    ? 'SERVICE_UNAVAILABLE'
    : status === 401
      ? 'UNAUTHORIZED'
      : status === 403
        ? 'FORBIDDEN'
        : 'BAD_REQUEST';
