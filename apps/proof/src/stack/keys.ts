import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program on this Node to its end, in no other environment than this. @returns what it wrote to stdout */
export const runToEnd = async (
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'error', ...env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
};

/** A command of the service. */
export const runService = (
  apiMain: string,
  cwd: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> => runToEnd([apiMain, ...args], cwd, env);
