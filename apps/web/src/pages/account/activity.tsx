import type { ActivityEvent } from '@portcullis/contracts/account';
import { useActivity } from '../../auth/hooks/use-account-data.ts';
import { toFailure } from '../../auth/failure.ts';
import { Button } from '../../components/button.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { PageHeading } from '../../components/page-heading.tsx';
import { activityWords } from '../../messages/activity.ts';
import { activityName, deviceWords } from './activity-text.ts';
import { useWords } from '../../language/language.ts';

const PAGE_SIZE = 20;

const Entry = ({ event }: { event: ActivityEvent }) => {
  const activity = useWords(activityWords);
  return (
    <li className="grid gap-x-6 gap-y-0.5 py-3.5 sm:grid-cols-[minmax(0,1fr)_auto]">
      <p className="font-medium">
        {activityName(event.type)}
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
};

export const ActivityPage = () => {
  const activity = useWords(activityWords);
  const pages = useActivity(PAGE_SIZE);
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
