import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a command of the service to its end. @returns what it wrote to stdout */
export const runService = async (
  apiMain: string,
  cwd: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [apiMain, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'error', ...env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
};
