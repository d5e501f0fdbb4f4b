import { join } from 'node:path';
import {
  endsWithin,
  lastLines,
  type ServerProcess,
  startServerProcess,
} from '@portcullis/devstack/server-process';
import { type Cores, pinned } from '../machine/cores.ts';
import type { Undo } from '@portcullis/devstack/undo';
import { answers, pause } from '@portcullis/devstack/wait';

/** A Node program under test, on the server's core. */
export interface ServerOptions {
  name: string;
  /** Arguments of Node. */
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** It is ready when all of them answer with success. */
  readyUrls: readonly string[];
  /** Where its log lies. */
  dir: string;
  cores: Cores;
}

export interface Server {
  readonly pid: number;
  /** Ends it by SIGTERM, as a deployment does, so that it can write its profile. */
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const STOP_MS = 15_000;

/** @throws Error with the end of its log when it does not become ready within a minute */
export const startServer = async (options: ServerOptions, undo: Undo): Promise<Server> => {
  const logFile = join(options.dir, `${options.name.replaceAll(/[^\w-]/g, '-')}.log`);
  const [command, args] = pinned(options.cores, process.execPath, options.args);
  const server = await startServerProcess({
    command,
    args,
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], ...options.env },
    logFile,
  });
  const stop = async () => {
    if (server.hasEnded()) return;
    server.signal('SIGTERM');
    if (!(await endsWithin(server, STOP_MS))) await server.killTree();
  };
  undo.add(stop);
  for (const url of options.readyUrls) await untilReady(server, url, logFile, options.name);
  return { pid: server.pid, stop };
};

const untilReady = async (
  server: ServerProcess,
  url: string,
  logFile: string,
  name: string,
): Promise<void> => {
  const deadline = performance.now() + READY_MS;
  while (!(await answers(url))) {
    if (server.hasEnded() || performance.now() > deadline)
      throw new Error(`${name} is not ready:\n${lastLines(logFile, 30)}`);
    await pause(40);
  }
};
