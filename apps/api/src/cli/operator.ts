import { systemClock } from '../adapters/system.ts';
import { loadConfig } from '../config.ts';
import { buildContainer, type Container, loggerFor } from '../container.ts';
import type { RequestContext } from '../services/context.ts';
import type { Io } from './io.ts';

const DEADLINE_MS = 15_000;

export interface OperatorOptions {
  /** Takes part in the protocol, as whatever ends sessions must. */
  protocol: boolean;
}

/** Runs a verb for an operator on a container of its own; logs go to standard error. */
export const asOperator = async <T>(
  io: Io,
  options: OperatorOptions,
  work: (ctx: RequestContext, container: Container) => Promise<T>,
): Promise<T> => {
  const config = loadConfig(io.env);
  const quiet = {
    ...config,
    log: { level: config.log.level === 'debug' ? ('debug' as const) : ('error' as const) },
  };
  const container = await buildContainer(quiet, { log: loggerFor(quiet, 2) });
  try {
    if (options.protocol) await container.start();
    const ctx: RequestContext = {
      deps: container.deps,
      requestId: 'cli',
      ip: null,
      userAgent: null,
      language: null,
      deadlineMs: systemClock.monotonicMs() + DEADLINE_MS,
    };
    return await work(ctx, container);
  } finally {
    await container.close();
  }
};
