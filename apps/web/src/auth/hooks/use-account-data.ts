import { useInfiniteQuery } from '@tanstack/react-query';
import { getQueryKey } from '@trpc/react-query';
import { apiClient } from '../client.ts';
import { tellOtherTabs } from '../live-channel.ts';
import { endSession } from '../query-client.ts';
import { changingSession } from '../session-change.ts';
import { trpc } from '../trpc.ts';
import { around, withFailure } from './with-failure.ts';

/** Changes the name. What `useSession` knows is brought up to date from the answer. */
export const useUpdateAccount = () => {
  const utils = trpc.useUtils();
  const updating = trpc.account.update.useMutation({
    onSuccess: ({ account }) => {
      utils.account.me.setData(undefined, (before) => before && { ...before, account });
      void utils.account.activity.invalidate();
    },
  });
  return withFailure(updating);
};

/** Deletes the account at once, by its password. */
export const useDeleteAccount = () => {
  const deleting = trpc.account.delete.useMutation({
    onSuccess: () => {
      endSession({ kind: 'self', how: 'deleted', sessionsEnded: 0 });
      tellOtherTabs({ kind: 'look' });
    },
  });
  return withFailure(around(deleting, changingSession));
};

/** Everything the service holds about the account, fetched when it is called and kept nowhere. */
export const useExport = () => {
  const utils = trpc.useUtils();
  return () => utils.account.export.fetch(undefined, { gcTime: 0, retry: false });
};

/** What happened to the account, `pageSize` events a page. Not tRPC's infinite hook: it adds a `direction` to the
 * input, which the contract refuses. */
export const useActivity = (pageSize: number) =>
  useInfiniteQuery({
    queryKey: [...getQueryKey(trpc.account.activity), 'pages'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      apiClient.account.activity.query(
        pageParam === undefined ? { limit: pageSize } : { cursor: pageParam, limit: pageSize },
        { signal },
      ),
    getNextPageParam: (page) => page.nextCursor,
  });
