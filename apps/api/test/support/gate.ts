/** A place where a test stops somebody until it lets them go on. */
export interface Gate {
  /** Awaited by whoever is to be stopped; free until `close`, and again after `open`. */
  pass(): Promise<void>;
  /** Resolves once somebody stands at the closed gate. */
  arrived: Promise<void>;
  open(): void;
}

export const closedGate = (): Gate => {
  let arrive = () => {};
  let release = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (release = resolve));
  return {
    arrived,
    pass: async () => {
      arrive();
      await opened;
    },
    open: () => release(),
  };
};
