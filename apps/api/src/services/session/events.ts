import type { SessionEvent } from '@portcullis/contracts/session';
import type { SignedInContext } from '../context.ts';

/**
 * What happens to the caller's account from now on. When the caller's own session ends, that is the last event.
 * @throws AuthError `rate_limited` when the account has as many open streams as it may.
 */
export const sessionEvents = (ctx: SignedInContext, signal: AbortSignal): AsyncIterable<SessionEvent> =>
  ctx.deps.hub.open(ctx.caller, signal);
