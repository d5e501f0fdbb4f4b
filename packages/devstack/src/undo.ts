/** Things to undo, last first; a failure of one does not keep the others from being undone. */
export interface Undo {
  /** Once it has run, at once: whatever was on its way up then must not stay. */
  add(step: () => unknown): void;
  run(): Promise<void>;
}

/** @param failed told what a step threw */
export const createUndo = (failed: (error: unknown) => void): Undo => {
  const steps: (() => unknown)[] = [];
  let undoing: Promise<void> | null = null;
  let late: Promise<unknown> = Promise.resolve();
  const undo = async (step: () => unknown): Promise<void> => {
    try {
      await step();
    } catch (error) {
      failed(error);
    }
  };
  return {
    add: (step) => {
      if (undoing !== null) late = Promise.all([late, undo(step)]);
      else steps.unshift(step);
    },
    run: async () => {
      undoing ??= (async () => {
        for (const step of steps.splice(0)) await undo(step);
      })();
      await undoing;
      await late;
    },
  };
};

/** All of them, or the failure of the first once none is on its way any more. */
export const together = async <T extends readonly unknown[]>(
  ...work: { [K in keyof T]: Promise<T[K]> }
): Promise<T> => {
  const settled = await Promise.allSettled(work);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return Promise.all(work) as unknown as Promise<T>;
};
