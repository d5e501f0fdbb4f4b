import type { ErrorComponentProps } from '@tanstack/react-router';
import { toFailure } from '../../auth/failure.ts';
import { Button } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { RequestId } from '../../components/request-id.tsx';
import { unexpectedWords } from '../../messages/status-pages.ts';
import { useWords } from '../../language/language.ts';

/** The last resort of every page: a failure that no part of it could take. */
export const UnexpectedPage = ({ error }: ErrorComponentProps) => {
  const unexpected = useWords(unexpectedWords);
  const { requestId } = toFailure(error);
  return (
    <EntryLayout title={unexpected.title} lead={requestId ? unexpected.lead : unexpected.noId}>
      <div className="space-y-5">
        {requestId && <RequestId id={requestId} />}
        <Button className="w-full" onClick={() => location.reload()}>
          {unexpected.retry}
        </Button>
      </div>
    </EntryLayout>
  );
};
