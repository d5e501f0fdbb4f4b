import type { ServiceStatus } from '../../auth/hooks/use-service-status.ts';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { rateLimitedWords, unavailableWords } from '../../messages/status-pages.ts';
import { useWords } from '../../language/language.ts';

type OutageBannerProps = {
  service: Exclude<ServiceStatus, { status: 'ok' }>;
  asking: boolean;
  askAgain: () => void;
};

/** The account stays on the screen while nobody can be asked about it; this says so. */
export const OutageBanner = ({ service, asking, askAgain }: OutageBannerProps) => {
  const rateLimited = useWords(rateLimitedWords);
  const unavailable = useWords(unavailableWords);
  return (
    <Notice tone="warning" role="status">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="min-w-0 flex-1 basis-64">
          {service.failure.reason === 'rate_limited'
            ? rateLimited.lead
            : service.status === 'offline'
              ? unavailable.offlineBanner
              : unavailable.banner}
        </p>
        <Button look="secondary" pending={asking} pendingLabel={unavailable.retrying} onClick={askAgain}>
          {unavailable.retry}
        </Button>
      </div>
    </Notice>
  );
};
