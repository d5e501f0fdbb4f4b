import type { Failure } from '../../api/failure.ts';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { rateLimited, unavailable } from '../../messages/status-pages.ts';

type OutageBannerProps = { failure: Failure; asking: boolean; askAgain: () => void };

/** The account stays on the screen while nobody can be asked about it; this says so. */
export const OutageBanner = ({ failure, asking, askAgain }: OutageBannerProps) => (
  <Notice tone="warning" role="status">
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <p className="min-w-0 flex-1 basis-64">
        {failure.reason === 'rate_limited'
          ? rateLimited.lead
          : failure.unreachable && !navigator.onLine
            ? unavailable.offlineBanner
            : unavailable.banner}
      </p>
      <Button look="secondary" pending={asking} pendingLabel={unavailable.retrying} onClick={askAgain}>
        {unavailable.retry}
      </Button>
    </div>
  </Notice>
);
