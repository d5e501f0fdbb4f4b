/** Things to undo, last first; a failure of one does not keep the others from being undone. */
export interface Undo {
  add(step: () => unknown): void;
  run(): Promise<void>;
}

/** @param failed told what a step threw */
export const createUndo = (failed: (error: unknown) => void): Undo => {
  const steps: (() => unknown)[] = [];
  return {
    add: (step) => void steps.unshift(step),
    run: async () => {
      for (const step of steps.splice(0)) {
        try {
          await step();
        } catch (error) {
          failed(error);
        }
      }
    },
  };
};
