import { AuthError } from '../errors.ts';
import type { SignedIn } from '../services/context.ts';
import { authenticate } from './authenticate.ts';
import { t } from './init.ts';

/**
 * Refuses to run beside other calls of a batch, before the input is read: the calls of a batch run at the same time,
 * and what one of them ends the others would still see.
 */
const alone = t.middleware(({ ctx, next }) => {
  if (ctx.info.calls.length > 1) throw new AuthError('input_invalid', { fields: { batch: 'not_alone' } });
  return next();
});

/** Checked for each procedure, never once for the request. */
const authenticated = t.middleware(async ({ ctx, next }) =>
  next({ ctx: { caller: await authenticate(ctx.deps, ctx.credential) } }),
);

const OVER = new Set(['session_missing', 'session_revoked', 'session_expired', 'token_invalid']);

/** Somebody signed in, or nobody: a dead session is no reason to refuse. An undecided one is. */
const maybeAuthenticated = t.middleware(async ({ ctx, next }) => {
  const found = authenticate(ctx.deps, ctx.credential).catch((error: unknown) => {
    if (error instanceof AuthError && OVER.has(error.reason)) return null;
    throw error;
  });
  const caller: SignedIn | null = await found;
  return next({ ctx: { maybeCaller: caller } });
});

/**
 * Takes the cookie away from a browser that signs out of a session that is over already. Only here: any other refused
 * call may be late, and would take away the cookie of a newer session.
 */
const forgetsDeadCookie = t.middleware(async ({ ctx, next }) => {
  const result = await next();
  const cause = result.ok ? null : result.error.cause;
  if (ctx.credential?.transport === 'cookie' && cause instanceof AuthError && OVER.has(cause.reason))
    ctx.cookies.clearSession();
  return result;
});

export const publicAlone = t.procedure.use(alone);
export const maybeSignedInAlone = publicAlone.use(maybeAuthenticated);
export const signedIn = t.procedure.use(authenticated);
export const signedInAlone = publicAlone.use(authenticated);
export const signingOut = publicAlone.use(forgetsDeadCookie).use(authenticated);
