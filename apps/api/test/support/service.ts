import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Generous: the machine may be busy with other suites. */
const START_MS = 60_000;
const END_MS = 60_000;

// On a busy machine a process takes its time to start, and so does everything that several of them do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** What a process writes: one JSON document a line, besides what is no log. */
interface LogLine {
  level: string;
  msg: string;
  requestId?: string;
  [field: string]: unknown;
}

/** The real program in a process of its own. */
export interface Service {
  /** Where its API answers; empty for a worker. */
  url: string;
  opsUrl: string;
  process: ChildProcess;
  /** Everything that it wrote so far, to standard output and to standard error. */
  output(): string;
  logs(): LogLine[];
  /** Resolves with the code or the signal that it ended with. */
  ended: Promise<number | string>;
  hasEnded(): boolean;
  /** Asks it to end, and resolves once it has. @throws Error when it does not end. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

export type Environment = Record<string, string>;

/** Small hashes and no limits by address: what tests that are about something else want. */
export const QUICK: Environment = {
  PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
  PORTCULLIS_ARGON2_PASSES: '1',
  PORTCULLIS_RATE_LIMITS: 'relaxed',
};

const running = new Set<ChildProcess>();
/** Registered first and therefore run last: a test that failed may have left its process behind. */
afterAll(async () => {
  const left = [...running];
  for (const child of left) child.kill('SIGKILL');
  for (const child of left)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
});

/** Runs `portcullis <args>` with these settings and no others. */
export const runProgram = (args: string[], settings: Environment): Service => {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  let over = false;
  const ended = (once(child, 'close') as Promise<[number | null, string | null]>).then(([code, signal]) => {
    over = true;
    running.delete(child);
    return code ?? signal ?? 'unknown';
  });
  return {
    url: '',
    opsUrl: '',
    process: child,
    output: () => output,
    logs: () => linesOf(output),
    ended,
    hasEnded: () => over,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      // A process that a test froze hears nothing.
      child.kill('SIGCONT');
      return within(END_MS, ended, () => `the program did not end:\n${output.slice(-4_000)}`);
    },
  };
};

/** Starts `serve` or `worker` on free ports. @throws Error with what it wrote when it does not come up. */
export const startService = async (command: 'serve' | 'worker', settings: Environment): Promise<Service> => {
  const service = runProgram([command], { PORT: '0', OPS_PORT: '0', ...QUICK, ...settings });
  const word = command === 'serve' ? 'serving' : 'working';
  const up = async () => {
    for (;;) {
      const line = service.logs().find(({ msg }) => msg === word);
      if (line !== undefined) return line;
      if (service.hasEnded()) throw new Error(`the program ended:\n${service.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const line = await within(START_MS, up(), () => `the program did not come up:\n${service.output()}`);
  service.opsUrl = `http://127.0.0.1:${String(line['opsPort'])}`;
  if (command === 'serve') service.url = `http://127.0.0.1:${String(line['port'])}`;
  return service;
};

const linesOf = (output: string): LogLine[] =>
  output.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      return [];
    }
  });

const within = async <T>(ms: number, work: Promise<T>, otherwise: () => string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise())), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
