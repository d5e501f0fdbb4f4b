import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this script belongs to. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** How a command ended. */
export interface Outcome {
  /** 0 done; 127 could not be started; 128 + n ended by a signal. */
  code: number;
  /** What it wrote to both streams, when that was captured. */
  output: string;
  /** What it wrote to standard output alone. */
  stdout: string;
}

/** Options of {@link runCommand}. */
export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** `inherit` shows the output as it comes, `capture` keeps it. */
  output?: 'inherit' | 'capture';
  timeoutMs?: number;
}

const running = new Set<ChildProcess>();

/** Runs a command to its end. Programs of the workspace are found by their bare name. */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: options.output === 'inherit' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    let stdout = '';
    child.stdout?.on('data', (bytes) => {
      output += bytes;
      stdout += bytes;
    });
    child.stderr?.on('data', (bytes) => (output += bytes));
    const timer = options.timeoutMs
      ? setTimeout(() => {
          output += `\nstopped after ${options.timeoutMs} ms`;
          child.kill('SIGKILL');
        }, options.timeoutMs)
      : undefined;
    const finish = (code: number) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output, stdout });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (code, signal) => finish(code ?? (signal === 'SIGINT' ? 130 : 137)));
  });
}

/** Asks everything that {@link runCommand} still runs to end. */
export function endCommands(): void {
  for (const child of running) child.kill('SIGTERM');
}

/** A program of a package's own dependencies. */
export function packageProgram(folder: string, name: string): string {
  return join(root, folder, 'node_modules', '.bin', name);
}
