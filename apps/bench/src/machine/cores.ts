import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Who runs on which cores. `null`: wherever the system puts it, and `why` says what is missing. */
export interface Cores {
  server: number | null;
  others: readonly number[];
  why: string;
}

/** Numbers in a list of the kernel's form: `0-2,5`. */
export const coresIn = (list: string): number[] =>
  list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });

/** The first core that this process may use belongs to the server under test, all others to load and stores. */
export const divideCores = (): Cores => {
  const mine = allowed();
  const [server, ...others] = mine;
  if (server === undefined || others.length === 0)
    return { server: null, others: mine, why: 'there is one core only' };
  try {
    // What this process starts stays with it: load, stores, everything but the server under test.
    execFileSync('taskset', ['-a', '-c', '-p', others.join(','), String(process.pid)], { stdio: 'pipe' });
    return { server, others, why: '' };
  } catch {
    return { server: null, others: mine, why: 'taskset (util-linux) is not there' };
  }
};

const allowed = (): number[] => {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return coresIn(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
  } catch {
    return [];
  }
};

/** The command line that runs a program on the server's core. */
export const pinned = (cores: Cores, command: string, args: readonly string[]): [string, string[]] =>
  cores.server === null ? [command, [...args]] : ['taskset', ['-c', String(cores.server), command, ...args]];
