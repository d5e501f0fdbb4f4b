import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Cores } from './cores.ts';

/** What measured, and on what. */
export interface Machine {
  commit: string;
  node: string;
  postgres: string;
  redis: string;
  system: string;
  processors: string;
  memoryGiB: number;
  pinning: string;
  /** Load of the machine when the run began: what else it had to do. */
  load: number;
}

export const describeMachine = (
  cores: Cores,
  stores: { postgres: string; redis: string },
  checkout: string,
): Machine => {
  const processors = cpus();
  return {
    commit: output('git', ['-C', checkout, 'describe', '--always', '--dirty']),
    node: process.version,
    ...stores,
    system: `${type()} ${release()} ${process.arch}`,
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    pinning:
      cores.server === null
        ? `none: ${cores.why}`
        : `server on core ${cores.server}, load and stores on ${cores.others.join(', ')}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
};

const output = (command: string, args: string[]): string => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
};
