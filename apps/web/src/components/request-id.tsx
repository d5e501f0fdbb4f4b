import { useState } from 'react';
import { failureDetailsWords } from '../messages/failures.ts';
import { textLinkClass } from './text-link.tsx';
import { useWords } from '../language/language.ts';

/** The id under which the service logged a failure, to be copied into a report. */
export const RequestId = ({ id }: { id: string }) => {
  const failureDetails = useWords(failureDetailsWords);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
  };
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
      <code className="min-w-0 break-all font-mono text-xs">{failureDetails.requestId(id)}</code>
      {navigator.clipboard && (
        <button
          type="button"
          className={textLinkClass}
          aria-label={failureDetails.copyRequestId}
          onClick={() => void copy().catch(() => setCopied(false))}
        >
          {failureDetails.copy}
        </button>
      )}
      <span role="status">{copied ? failureDetails.copied : ''}</span>
    </p>
  );
};
