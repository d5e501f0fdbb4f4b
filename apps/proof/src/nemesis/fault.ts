import type { Random } from '../random.ts';
import type { Instance, ProofStack } from '../stack/stack.ts';

export interface FaultContext {
  stack: ProofStack;
  random: Random;
  leaseMs: number;
  /** Waits; over at once when the run ends. */
  hold(ms: number): Promise<void>;
  /** The run ends: what takes long stops where it stands. */
  isOver(): boolean;
}

/** Something that goes wrong, and is put right again by the time `run` is over, whatever happens in it. */
export interface Fault {
  name: string;
  /** The numbers of the list in README.md. */
  covers: readonly string[];
  /** Faults of one group exclude each other. */
  group: 'stores' | 'processes and lines';
  weight: number;
  run(context: FaultContext): Promise<void>;
}

export const anyInstance = ({ stack, random }: FaultContext): Instance => random.pick(stack.instances);

/** Runs `work` and puts things right afterwards, also when it fails. */
export const healing = async (
  work: () => Promise<unknown>,
  heal: () => Promise<unknown> | void,
): Promise<void> => {
  try {
    await work();
  } finally {
    await heal();
  }
};
