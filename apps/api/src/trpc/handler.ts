import type { TRPCError } from '@trpc/server';
import { resolveResponse } from '@trpc/server/http';
import type { LimitState } from '../ports.ts';
import { type Arrival, contextOf } from './context.ts';
import { headersFor, refusalOf } from './errors.ts';
import { limitHeaders } from './limit-headers.ts';
import { appRouter } from './router.ts';

export const ENDPOINT = '/trpc';
export const MAX_BATCH = 10;

/** What came of an attempt to sign in: a reason, or `signed_in`. */
export type SignInObserver = (outcome: string) => void;

/**
 * Runs the procedures of a request that has passed the gate. tRPC makes the response, so what a procedure wants to set
 * travels in headers of its own and is put on it here.
 * @param path one procedure, or several with commas between them
 */
export const answerProcedures = (
  request: Request,
  path: string,
  arrival: Arrival,
  signInObserved: SignInObserver,
): Promise<Response> => {
  const headers = new Headers();
  const limits = new Map<string, LimitState>();
  const noteLimit = (state: LimitState) => void limits.set(state.rule, state);
  return resolveResponse({
    router: appRouter,
    req: request,
    path: encodeURIComponent(path),
    error: null,
    maxBatchSize: MAX_BATCH,
    allowMethodOverride: false,
    createContext: ({ info }) => Promise.resolve(contextOf({ ...arrival, noteLimit }, headers, info)),
    responseMeta: ({ errors, paths }) => {
      const refusals = errors.map((error) => refusalOf(error));
      const all = { ...headersFor(refusals), ...limitHeaders([...limits.values()]) };
      for (const [name, value] of Object.entries(all)) headers.set(name, value);
      if (paths?.includes('session.signIn')) signInObserved(refusals[0]?.reason ?? 'signed_in');
      return { headers };
    },
    onError: ({ error, path: procedure }) => report(arrival, procedure, error),
  });
};

/** What a client must not see somebody has to: the cause of every `internal`, and of an `unavailable` that has one. */
const report = ({ deps, requestId }: Arrival, procedure: string | undefined, error: TRPCError): void => {
  const { reason } = refusalOf(error);
  const { cause } = error;
  if (reason === 'internal')
    deps.log.error({ err: cause ?? error, requestId, procedure }, 'a procedure failed');
  if (reason === 'unavailable' && cause?.cause !== undefined)
    deps.log.warn({ err: cause, requestId, procedure }, 'a procedure could not be answered');
};
