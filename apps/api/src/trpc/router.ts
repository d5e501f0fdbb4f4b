import { t } from './init.ts';
import { accountRouter } from './routers/account.ts';
import { sessionRouter } from './routers/session.ts';

export const appRouter = t.router({ account: accountRouter, session: sessionRouter });

export type AppRouter = typeof appRouter;

/** What kind of procedure stands at this path, or null when none does. */
export const kindOf = (path: string): 'query' | 'mutation' | 'subscription' | null => {
  const procedures: Record<string, { _def: { type: 'query' | 'mutation' | 'subscription' } }> = appRouter._def
    .procedures as never;
  return Object.hasOwn(procedures, path) ? (procedures[path]?._def.type ?? null) : null;
};
