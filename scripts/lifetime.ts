/**
 * Calls `stop` once when this script is told to end: Ctrl-C, SIGTERM, the terminal's hang-up, or the end of the
 * process that started it. Then the process exits with the code that `stop` gives.
 */
export function whenToldToStop(stop: (why: string) => Promise<number>): void {
  let isStopping = false;
  const once = (why: string) => {
    if (isStopping) return;
    isStopping = true;
    stop(why).then(
      (code) => process.exit(code),
      (error: unknown) => {
        process.stderr.write(`while stopping: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => once(signal));
  process.on('disconnect', () => once('the end of its starter'));
  // The channel to run.mjs must not keep a finished script alive.
  process.channel?.unref();
}

/** Seconds since a `performance.now()`, as people read them. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
