import type { Action, Operation } from './operation.ts';

/** Writes histories by hand: `at(1, 2, action)` began at 1 and returned at 2. */
export const createWriter = () => {
  const operations: Operation[] = [];
  const at = (invoked: number, returned: number, action: Action): void => {
    operations.push({
      id: operations.length,
      invoked,
      returned: action.result === 'unknown' ? Number.POSITIVE_INFINITY : returned,
      action,
    });
  };
  return { operations, at };
};

export const signedIn = (session: number, password = 0): Action => ({
  kind: 'sign_in',
  password,
  result: 'ok',
  session,
});

export const verified = (session: number, result: 'ok' | 'refused'): Action => ({
  kind: 'verify',
  session,
  result,
});

export const minted = (link: number): Action => ({ kind: 'mint', link, result: 'ok' });

export const resetTo = (password: number, link: number, ended = 1): Action => ({
  kind: 'reset',
  link,
  password,
  result: 'ok',
  ended,
});
