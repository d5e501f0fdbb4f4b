import type { Operation } from '../history/operation.ts';
import { type Circumstances, INITIAL, type State, step } from './model.ts';

/**
 * Whether any order explains the history, by trying all of them; for tests of the real search on histories of a few
 * operations. Shares nothing with it but the specification.
 */
export const isExplainable = (
  operations: readonly Operation[],
  circumstances: (operation: Operation) => Circumstances,
): boolean => {
  const explore = (state: State, left: readonly Operation[]): boolean => {
    const mustCome = left.filter(({ action }) => action.result !== 'unknown');
    if (mustCome.length === 0) return true;
    return left.some((operation) => {
      const isTooEarly = mustCome.some((other) => other !== operation && other.returned < operation.invoked);
      if (isTooEarly) return false;
      const after = step(state, operation.action, circumstances(operation));
      return (
        after !== null &&
        explore(
          after,
          left.filter((other) => other !== operation),
        )
      );
    });
  };
  return explore(INITIAL, operations);
};
