import type { ActivityEvent } from '@portcullis/contracts/account';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getQueryKey } from '@trpc/react-query';
import { apiClient } from '../../api/client.ts';
import { toFailure } from '../../api/failure.ts';
import { trpc } from '../../api/trpc.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { activity } from '../../messages/activity.ts';
import { activityWords, deviceWords } from './activity-words.ts';

const PAGE_SIZE = 20;

/** Pages by cursor. Not tRPC's infinite hook: it adds a `direction` to the input, which the contract refuses. */
const useActivity = () =>
  useInfiniteQuery({
    queryKey: [...getQueryKey(trpc.account.activity), 'pages'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      apiClient.account.activity.query(
        pageParam === undefined ? { limit: PAGE_SIZE } : { cursor: pageParam, limit: PAGE_SIZE },
        {
          signal,
        },
      ),
    getNextPageParam: (page) => page.nextCursor,
  });

const Entry = ({ event }: { event: ActivityEvent }) => (
  <li className="grid gap-x-6 gap-y-0.5 py-3.5 sm:grid-cols-[minmax(0,1fr)_auto]">
    <p className="font-medium">
      {activityWords(event.type)}
      {event.actor === 'operator' && <span className="font-normal text-muted"> {activity.byOperator}</span>}
    </p>
    <p className="text-sm text-muted sm:text-end">
      <Moment at={event.at} />
    </p>
    <p className="min-w-0 text-sm break-words text-muted sm:col-span-2">
      {[deviceWords(event.userAgent), event.ip ?? activity.unknownPlace].filter(Boolean).join(' · ')}
    </p>
  </li>
);

export const ActivityPage = () => {
  const pages = useActivity();
  const events = pages.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <>
      <PageHeading title={activity.title} lead={activity.lead} />
      {pages.isPending && <p className="delayed-in text-muted">{activity.loading}</p>}
      {pages.isError && (
        <div className="space-y-4">
          <FailureNotice failure={toFailure(pages.error)} />
          <Button look="secondary" pending={pages.isFetching} onClick={() => void pages.refetch()}>
            {activity.retry}
          </Button>
        </div>
      )}
      {pages.isSuccess && events.length === 0 && <p className="text-muted">{activity.empty}</p>}
      {events.length > 0 && (
        <section
          aria-label={activity.title}
          className="rounded-card border border-line bg-surface px-5 py-1.5 shadow-lift sm:px-6"
          data-card
        >
          <ul className="divide-y divide-line">
            {events.map((event) => (
              <Entry key={event.id} event={event} />
            ))}
          </ul>
        </section>
      )}
      {pages.hasNextPage && (
        <Button
          look="secondary"
          pending={pages.isFetchingNextPage}
          pendingLabel={activity.loadingMore}
          onClick={() => void pages.fetchNextPage()}
        >
          {activity.more}
        </Button>
      )}
      {pages.isSuccess && !pages.hasNextPage && events.length > 0 && (
        <p className="text-sm text-muted">{activity.end}</p>
      )}
    </>
  );
};
