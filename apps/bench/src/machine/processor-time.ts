import { readFileSync } from 'node:fs';

/** The clock of /proc: USER_HZ is 100 on every Linux of today, whatever the kernel's own tick. */
const TICK_US = 10_000;

/** User and system time in a line of /proc/PID/stat, in microseconds. The name in it may hold spaces and parentheses. */
export const processorTimeIn = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
};

/** Of these processes with all their threads, in microseconds. 0 where the system has no /proc. */
export const processorTime = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + ofProcess(pid), 0);

const ofProcess = (pid: number): number => {
  try {
    return processorTimeIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return 0;
  }
};

/** Memory that is really there, in bytes. NaN where the system has no /proc. */
export const residentBytes = (pid: number): number => {
  try {
    const [, kib] = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    return Number.NaN;
  }
};

const QUIET_US = 10_000;
const LOOK_MS = 100;
const MOST_LOOKS = 60;

/** Waits until the processes have nothing left to do of what they were asked. */
export const untilQuiet = async (pids: readonly number[]): Promise<void> => {
  let before = processorTime(pids);
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = processorTime(pids);
    if (now - before <= QUIET_US) return;
    before = now;
  }
};
