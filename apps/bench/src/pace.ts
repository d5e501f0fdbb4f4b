/** How long things last, in seconds, and how often they are repeated. */
export interface Pace {
  warmUp: number;
  hello: number;
  slice: number;
  rounds: number;
}

export const QUICK: Pace = { warmUp: 0.8, hello: 0.4, slice: 1, rounds: 1 };
export const FULL: Pace = { warmUp: 2, hello: 1.5, slice: 3, rounds: 4 };
/** For before and after a change, which is often smaller than what a machine does by itself in a few seconds. */
export const AGAINST: Pace = { warmUp: 3, hello: 0.5, slice: 0.5, rounds: 40 };
