import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Figures, Plan, Report } from './plan.ts';

/** The process that sends load; one slice at a time. */
export interface Load {
  /** @throws Error when the process could not send it */
  run(plan: Plan, seconds: number): Promise<Figures>;
  stop(): void;
}

const PROGRAM = join(import.meta.dirname, 'loader.ts');

export const startLoad = (): Load => {
  const child = fork(PROGRAM, { serialization: 'advanced', execArgv: [] });
  return {
    run: async (plan, seconds) => {
      child.send({ plan, seconds });
      const report = await answerOf(child);
      if ('failed' in report) throw new Error(`the load could not be sent: ${report.failed}`);
      return report.figures;
    },
    stop: () => void child.kill(),
  };
};

const answerOf = async (child: ChildProcess): Promise<Report> => {
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`the process that sends load ended with ${String(code)}`);
  });
  try {
    const [report] = (await Promise.race([once(child, 'message', { signal: over.signal }), ended])) as [
      Report,
    ];
    return report;
  } finally {
    over.abort();
    ended.catch(() => undefined);
  }
};
