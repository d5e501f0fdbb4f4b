import type { AppRouter } from '@portcullis/api/router';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';

/**
 * A link that is fetched when the first operation needs it: the pages before the sign-in never open a stream. A fetch
 * that fails ends the operation like a broken connection, and the next operation fetches again.
 */
export const lateLink =
  (load: () => Promise<TRPCLink<AppRouter>>): TRPCLink<AppRouter> =>
  (runtime) =>
  ({ op, next }) =>
    observable((observer) => {
      let inner: Unsubscribable | null = null;
      let over = false;
      load().then(
        (link) => {
          if (!over) inner = link(runtime)({ op, next }).subscribe(observer);
        },
        (cause: unknown) => {
          if (!over)
            observer.error(TRPCClientError.from(cause instanceof Error ? cause : new Error(String(cause))));
        },
      );
      return () => {
        over = true;
        inner?.unsubscribe();
      };
    });
