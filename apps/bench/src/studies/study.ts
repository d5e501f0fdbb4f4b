import type { Bench } from '../lab.ts';
import type { Pace } from '../pace.ts';
import type { Finding } from '../report/document.ts';

/** A question that no single target answers. */
export interface Study {
  name: string;
  what: string;
  /** Whether a run without wishes asks it. */
  isUsual: boolean;
  run(bench: Bench, pace: Pace, settings: { minutes: number; say: (line: string) => void }): Promise<Finding>;
}
