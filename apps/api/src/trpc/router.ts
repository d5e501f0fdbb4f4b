import { t } from './init.ts';
import { accountRouter } from './routers/account.ts';
import { sessionRouter } from './routers/session.ts';

export const appRouter = t.router({ account: accountRouter, session: sessionRouter });

export type AppRouter = typeof appRouter;

interface Definition {
  type: 'query' | 'mutation' | 'subscription';
  inputs: readonly unknown[];
}

const definitionOf = (path: string): Definition | null => {
  const procedures: Record<string, { _def: Definition }> = appRouter._def.procedures as never;
  return Object.hasOwn(procedures, path) ? (procedures[path]?._def ?? null) : null;
};

/** What kind of procedure stands at this path, or null when none does. */
export const kindOf = (path: string): Definition['type'] | null => definitionOf(path)?.type ?? null;

/** Whether the procedure reads an input at all; of a path without one nobody knows. */
export const takesInput = (path: string): boolean => definitionOf(path)?.inputs.length !== 0;
