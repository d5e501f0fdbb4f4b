import { initTRPC } from '@trpc/server';
import type { Context } from './context.ts';
import { refusalOf, shapeOf } from './errors.ts';

/** Comments on an idle stream, often enough that no proxy ends it and both sides notice a dead connection. */
const PING_MS = 15_000;

export const t = initTRPC.context<Context>().create({
  // Set explicitly: left to NODE_ENV, stack traces would reach clients wherever it is not set.
  isDev: false,
  errorFormatter: ({ error, ctx, input }) => shapeOf(refusalOf(error, input), ctx?.requestId ?? 'unknown'),
  sse: { ping: { enabled: true, intervalMs: PING_MS }, client: { reconnectAfterInactivityMs: 3 * PING_MS } },
});
