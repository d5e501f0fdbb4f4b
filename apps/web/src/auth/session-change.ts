const LOCK = 'portcullis-session-change';

let inThisTab: Promise<unknown> = Promise.resolve();

/**
 * Runs a call that replaces or ends this browser's own session. While it runs, other requests of this browser may be
 * refused with the old cookie: `sessionChangesSettled` lets the guard wait for the new one before it judges.
 */
export const changingSession = <Result>(call: () => Promise<Result>): Promise<Result> => {
  const run = navigator.locks ? (navigator.locks.request(LOCK, call) as Promise<Result>) : call();
  inThisTab = run.catch(() => undefined);
  return run;
};

/** Resolves when no tab of this browser is replacing or ending the session any more. */
export const sessionChangesSettled = async (): Promise<void> => {
  await inThisTab;
  if (navigator.locks) await navigator.locks.request(LOCK, { mode: 'shared' }, async () => undefined);
};
