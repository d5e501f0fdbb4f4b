import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Example {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts a program of the examples and waits until it says where it listens.
 * @param program is run with these arguments in its own folder
 */
export const startExample = async (
  program: string,
  args: string[],
  options: { cwd: string; env: Record<string, string>; port?: number },
): Promise<Example> => {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  if (options.port !== undefined) {
    const url = `http://127.0.0.1:${options.port}`;
    await untilItAnswers(url, () => child.exitCode !== null && said);
    return { url, stop };
  }
  const port = await new Promise<number>((found, failed) => {
    child.once('exit', (code) => failed(new Error(`the example ended with ${code}: ${said}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, digits] = /^listening on (\d+)$/.exec(line) ?? [];
      if (digits !== undefined) found(Number(digits));
    });
  });
  return { url: `http://127.0.0.1:${port}`, stop };
};

const untilItAnswers = async (url: string, failure: () => string | false): Promise<void> => {
  for (let n = 0; n < 600; n += 1) {
    const why = failure();
    if (why !== false) throw new Error(`the example ended: ${why}`);
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the example does not answer');
};
