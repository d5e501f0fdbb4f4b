import {
  type ComponentType,
  createContext,
  type ReactNode,
  use,
  useCallback,
  useMemo,
  useState,
} from 'react';
import { toFailure } from '../failure.ts';
import { changingSession } from '../session-change.ts';
import { trpc } from '../trpc.ts';
import { around, withFailure } from './with-failure.ts';

/** The person chose not to confirm: the action was not taken, and there is nothing to report. */
export class StepUpDeclined extends Error {
  constructor() {
    super('step-up declined');
    this.name = 'StepUpDeclined';
  }
}

type Run = <Result>(action: () => Promise<Result>) => Promise<Result>;

const StepUpContext = createContext<Run | null>(null);

/**
 * `run(action)` takes an action and, if the service asks for a recent proof of the password (RFC 9470), asks for it and
 * takes the action again. Rejects with StepUpDeclined when the person turned away.
 */
export const useStepUp = (): { run: Run } => {
  const run = use(StepUpContext);
  if (run === null) throw new Error('useStepUp outside of StepUpProvider');
  return useMemo(() => ({ run }), [run]);
};

/** Proves the password once more; the session is replaced by a new one. */
export const useReauthenticate = () =>
  withFailure(around(trpc.session.reauthenticate.useMutation(), changingSession));

export type StepUpPrompt = ComponentType<{ onProven: () => void; onClose: () => void }>;

type Asking = { proven: () => void; declined: () => void };

/** Shows `prompt` whenever an action inside needs the password first. */
export const StepUpProvider = ({
  prompt: Prompt,
  children,
}: {
  prompt: StepUpPrompt;
  children: ReactNode;
}) => {
  const [asking, setAsking] = useState<Asking | null>(null);
  const prove = useCallback(
    () =>
      new Promise<void>((resolve, reject) => {
        setAsking({ proven: resolve, declined: () => reject(new StepUpDeclined()) });
      }).finally(() => setAsking(null)),
    [],
  );
  const run = useMemo<Run>(
    () => async (action) => {
      try {
        return await action();
      } catch (error) {
        if (toFailure(error).reason !== 'step_up_required') throw error;
        await prove();
        return action();
      }
    },
    [prove],
  );
  return (
    <StepUpContext value={run}>
      {children}
      {asking && <Prompt onProven={asking.proven} onClose={asking.declined} />}
    </StepUpContext>
  );
};
