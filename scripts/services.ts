import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  endsWithin,
  lastLines,
  type ServerProcess,
  startServerProcess,
} from '../packages/devstack/src/server-process.ts';
import { root } from './command.ts';

/** A long-running program of the repository. */
export interface ServiceCommand {
  /** Names its log file. */
  name: string;
  /** Node itself without it. */
  program?: string;
  args: string[];
  cwd?: string;
  env: NodeJS.ProcessEnv;
}

/** The running programs of one start. */
export interface Services {
  start(command: ServiceCommand): Promise<void>;
  /**
   * Asks an address until it answers with success.
   *
   * @throws Error with the last lines of the log when the program ends, or 60 seconds pass
   */
  ready(name: string, url: string): Promise<void>;
  logFile(name: string): string;
  /** SIGTERM to all at once, SIGKILL to what has not ended ten seconds later. */
  stop(): Promise<void>;
}

/**
 * Starts programs, by default on the Node that runs this script, and watches them.
 *
 * @param failed told once, with the reason, when a program ends that nobody asked to end
 */
export function createServices(logDir: string, failed: (reason: string) => void): Services {
  const running = new Map<string, ServerProcess>();
  let isStopping = false;
  const logFile = (name: string) => join(logDir, `${name}.log`);
  const story = (name: string, what: string) =>
    `${name} ${what}. Its last lines (${logFile(name)}):\n${lastLines(logFile(name), 25)}`;
  return {
    logFile,
    start: async ({ name, program = process.execPath, args, cwd = root, env }) => {
      mkdirSync(logDir, { recursive: true });
      rmSync(logFile(name), { force: true });
      const service = await startServerProcess({
        command: program,
        args,
        cwd,
        env,
        logFile: logFile(name),
      });
      running.set(name, service);
      void service.ended.then((how) => {
        if (!isStopping) failed(story(name, `ended with ${how}`));
      });
    },
    ready: async (name, url) => {
      const deadline = performance.now() + 60_000;
      while (!(await answers(url))) {
        const service = running.get(name);
        if (!service || service.hasEnded()) throw new Error(story(name, 'ended before it was ready'));
        if (performance.now() > deadline) throw new Error(story(name, `was not ready after 60 s (${url})`));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    stop: async () => {
      isStopping = true;
      const all = [...running.values()].filter((service) => !service.hasEnded());
      for (const service of all) service.signal('SIGTERM');
      await Promise.all(
        all.map(async (service) => {
          if (!(await endsWithin(service, 10_000))) await service.killTree();
        }),
      );
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000), redirect: 'manual' });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
