import type { Logger } from './ports.ts';

const EXIT_OF = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Resolves with the first signal that asks this process to end; the second one ends it at once. An error that nobody
 * handled ends it too: what it left half done is unknown, and another process takes over.
 */
export const untilToldToStop = (log: Logger): Promise<'SIGINT' | 'SIGTERM'> =>
  new Promise((resolve) => {
    let told = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (told) process.exit(EXIT_OF[signal]);
        told = true;
        resolve(signal);
      });
    }
    // Left to Node it opens the inspector, through which whoever may send signals reads every key from memory.
    process.on('SIGUSR1', () => log.warn({ signal: 'SIGUSR1' }, 'ignored: the inspector is not opened'));
    for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
      process.on(event, (error: unknown) => {
        log.error({ err: error }, 'an error that nobody handled: the process ends');
        process.exit(1);
      });
    }
  });

/** The work, or the end of waiting for it: a store that hangs must not keep the process alive. */
export const atMost = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
};
