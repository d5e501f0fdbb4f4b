import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** How a server process is started. Output goes to a file so that a dead parent never breaks its pipes. */
export interface ServerCommand {
  command: string;
  args: string[];
  logFile: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number | undefined;
  gid?: number | undefined;
}

/** A server that this process started and watches. */
export interface ServerProcess {
  readonly pid: number;
  /** Settles when the process has ended, with its exit code or signal as text. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL to the process and all its descendants, then waits for the end. */
  killTree(): Promise<void>;
  /** SIGSTOP to the process, then to its descendants: nothing new can be forked in between. */
  suspendTree(): void;
  resumeTree(): void;
}

/**
 * Starts a server in a session of its own: Ctrl-C at the terminal reaches the script that started it, which then stops
 * the servers in the order it wants.
 *
 * @throws Error when the program cannot be started at all
 */
export async function startServerProcess(options: ServerCommand): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', log, log],
      detached: true,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
  } finally {
    closeSync(log);
  }
  let isOver = false;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      isOver = true;
      resolve(signal ?? `exit code ${code}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.command} did not start`);
  registerForCleanUp(pid);
  return {
    pid,
    ended,
    hasEnded: () => isOver,
    signal: (name) => void child.kill(name),
    killTree: async () => {
      if (isOver) return;
      signalTree(pid, 'SIGSTOP');
      const all = [pid, ...descendants(pid)];
      for (const one of all) trySignal(one, 'SIGKILL');
      await ended;
      // Orphans hold the server's ports and shared memory until they are gone too.
      while (all.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    suspendTree: () => signalTree(pid, 'SIGSTOP'),
    resumeTree: () => {
      for (const one of [...descendants(pid), pid]) trySignal(one, 'SIGCONT');
    },
  };
}

/** Waits for the end of a process for at most `ms`; false when it is still running then. */
export async function endsWithin(server: ServerProcess, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const result = await Promise.race([server.ended.then(() => true as const), late]);
  clearTimeout(timer);
  return result;
}

/** The last lines of a log file, for an error message; empty when there is none. */
export function lastLines(file: string, count = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

/** True when a process of this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Like {@link isAlive}, but a process that has ended and only waits to be reaped is over. */
function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat === null ? isAlive(pid) : stat[0] !== 'Z';
}

/** The working directory of a process, or null where the system does not tell (other systems than Linux). */
export function workingDirectory(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

/** Stops the parent before its children are listed, so that the list is complete. */
function signalTree(pid: number, name: NodeJS.Signals): void {
  trySignal(pid, name);
  for (const one of descendants(pid)) trySignal(one, name);
}

function trySignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function descendants(root: number): number[] {
  const parents = parentOfEach();
  const found = new Set([root]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, parent] of parents) {
      if (!found.has(parent) || found.has(pid)) continue;
      found.add(pid);
      grew = true;
    }
  }
  found.delete(root);
  return [...found];
}

function parentOfEach(): [pid: number, parent: number][] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    const table = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout ?? '';
    return table
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([pid, parent]) => [pid ?? 0, parent ?? 0]);
  }
  return names
    .map(Number)
    .filter(Number.isInteger)
    .map((pid) => [pid, parentOf(pid)]);
}

/** -1 when the process is gone. */
function parentOf(pid: number): number {
  return Number(readStat(pid)?.[1] ?? -1);
}

/** State, parent and what follows; null when the process is gone or the system has no /proc. */
function readStat(pid: number): string[] | null {
  try {
    // The program's name stands in parentheses and may itself hold spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** scripts/run.mjs ends what is listed here when the script itself could not. */
function registerForCleanUp(pid: number): void {
  const list = process.env['DEVSTACK_CHILDREN'];
  if (list === undefined) return;
  try {
    // The start time tells it from a later process of the same number.
    appendFileSync(list, `${pid} ${readStat(pid)?.[19] ?? ''}\n`);
  } catch {
    // Only a safety net: a server without an entry is still stopped by whoever started it.
  }
}
