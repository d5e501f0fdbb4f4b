import { useState } from 'react';
import { type Failure, toFailure } from '../../auth/failure.ts';
import { markTitleAsError } from '../../components/page-title.ts';

export type LinkAction<Output> = {
  run: () => void;
  pending: boolean;
  done: Output | null;
  /** The link can't be used any more: another has to be asked for. */
  stale: boolean;
  failure: Failure | null;
};

/** The one POST that a mailed link leads to, made by a click and never by opening the page. */
export const useLinkAction = <Output>(act: () => Promise<Output>): LinkAction<Output> => {
  const [pending, setPending] = useState(false);
  const [done, setDone] = useState<Output | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const run = async (): Promise<void> => {
    if (pending) return;
    setPending(true);
    setFailure(null);
    try {
      setDone(await act());
    } catch (error) {
      markTitleAsError();
      setFailure(toFailure(error));
    } finally {
      setPending(false);
    }
  };
  return { run: () => void run(), pending, done, failure, stale: failure?.reason === 'verification_invalid' };
};
