import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '@portcullis/devstack/ports';
import { lastLines, startServerProcess } from '@portcullis/devstack/server-process';
import type { Place } from '../client/place.ts';
import type { Undo } from '@portcullis/devstack/undo';
import { until } from '@portcullis/devstack/wait';

const WATCHED = join(import.meta.dirname, 'watched.mjs');

/** A process of the service. */
export interface Program {
  place: Place & { kind: 'instance' };
  /** What the process looks like from inside; only where it was asked for. */
  watch: string | null;
}

export interface ProgramOptions {
  /** The entry of the service. */
  main: string;
  dir: string;
  env: Record<string, string>;
  isWatched?: boolean;
  /** Told how to end it as soon as it runs, ready or not. */
  undo: Undo;
}

/** Starts an instance or a worker and waits until it says that it is ready. @throws Error with the end of its log */
export const startProgram = async (
  command: 'serve' | 'worker',
  { main, dir, env, undo, isWatched = false }: ProgramOptions,
): Promise<Program> => {
  const [port, ops, watch] = [await freePort(), await freePort(), await freePort()];
  const logFile = join(dir, `${command}-${port}.log`);
  const watching = { ATTACK_PROGRAM: main, ATTACK_WATCH_PORT: String(watch) };
  const server = await startServerProcess({
    command: process.execPath,
    args: [...(isWatched ? ['--import', WATCHED] : []), main, command],
    env: {
      ...inherited(),
      ...env,
      PORT: String(port),
      OPS_PORT: String(ops),
      ...(isWatched ? watching : {}),
    },
    cwd: '/',
    logFile,
  });
  undo.add(() => server.killTree());
  await until(`${command} is ready`, async () => {
    if (server.hasEnded()) throw new Error(`${command} ended:\n${lastLines(logFile, 40)}`);
    return fetch(`http://127.0.0.1:${ops}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    place: { kind: 'instance', host: `localhost:${port}`, port, ops, pid: server.pid, logFile },
    watch: isWatched ? `http://127.0.0.1:${watch}` : null,
  };
};

export interface Ended {
  code: number;
  stdout: string;
  /** Both streams. */
  output: string;
}

/** Runs a command of the service to its end, in no other environment than this. */
export const runProgram = (
  main: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args],
      { cwd: '/', env: { ...inherited(), ...env }, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, output: `${stdout}${stderr}` });
      },
    );
  });

/** Nothing of a development stack that the shell may hold. */
const inherited = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '' });
