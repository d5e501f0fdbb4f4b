import type { Plan } from '../load/plan.ts';
import type { Cores } from '../machine/cores.ts';
import type { Stores } from '../stack/stores.ts';
import type { Undo } from '@portcullis/devstack/undo';

/** Where targets are started. */
export interface Lab {
  /** The checkout whose service is measured. */
  checkout: string;
  dir: string;
  stores: Stores;
  cores: Cores;
  /** Arguments of Node for the server under test, such as those of its profiler. */
  nodeArgs: readonly string[];
  /** Of what was started for one target; run when it is done. */
  undo: Undo;
  /** The folder in which the peers are installed. */
  peers(): Promise<string>;
}

/** A target that runs. */
export interface Running {
  /** The processes whose processor time it needs. */
  pids: readonly number[];
  /** The load of the next slice, which may last this long. */
  plan(seconds: number): Plan | Promise<Plan>;
}

export interface Target {
  name: string;
  kind: 'ours' | 'floor' | 'peer';
  /** One line: what an answered request has done. */
  what: string;
  /** What every answer has to be; anything else ends the run. */
  status: number;
  start(lab: Lab): Promise<Running>;
}

/** For checks: enough that the server never waits for the next request. */
export const MANY = 64;
/** For hashes and writes: more would only queue. */
export const FEW = 16;
