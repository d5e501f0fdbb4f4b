import { useState } from 'react';
import { type Failure, toFailure } from '../../auth/failure.ts';
import { useExport } from '../../auth/hooks/use-account-data.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { yourDataWords } from '../../messages/dashboard.ts';
import { StepUpDeclined, useStepUp } from '../../auth/hooks/step-up.tsx';
import { useWords } from '../../language/language.ts';

/** Hands text to the browser as a file. The object URL is let go once the download has taken it. */
const download = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
};

export const ExportData = () => {
  const yourData = useWords(yourDataWords);
  const fetchExport = useExport();
  const { run } = useStepUp();
  const [state, setState] = useState<'idle' | 'pending' | 'done'>('idle');
  const [failure, setFailure] = useState<Failure | null>(null);

  const exportNow = async (): Promise<void> => {
    setState('pending');
    setFailure(null);
    try {
      const data = await run(fetchExport);
      download(yourData.fileName(data.exportedAt.slice(0, 10)), JSON.stringify(data, null, 2));
      setState('done');
    } catch (error) {
      setState('idle');
      if (!(error instanceof StepUpDeclined)) setFailure(toFailure(error));
    }
  };
  return (
    <Card title={yourData.exportTitle} lead={yourData.exportLead}>
      <div className="space-y-4">
        {failure && <FailureNotice failure={failure} />}
        <Button
          look="secondary"
          pending={state === 'pending'}
          pendingLabel={yourData.exportPending}
          onClick={() => void exportNow()}
        >
          {yourData.exportSubmit}
        </Button>
        <p role="status" className="text-sm text-success">
          {state === 'done' ? yourData.exported : ''}
        </p>
      </div>
    </Card>
  );
};
