import type { Operation } from '../history/operation.ts';
import { linearize } from './linearize.ts';

/**
 * A smaller history that still cannot be explained. Takes away verifications and refusals, which change nothing, and
 * what was opened or ended without anybody looking; never an operation that others rest on.
 */
export const shrink = (operations: readonly Operation[]): Operation[] => {
  let kept = [...operations];
  const isStillWrong = (candidate: readonly Operation[]) => linearize(candidate, 50_000).kind === 'violation';
  const tryWithout = (part: readonly Operation[]) => {
    const without = kept.filter((operation) => !part.includes(operation));
    if (isStillWrong(without)) kept = without;
  };
  const last = Math.max(...operations.map(({ invoked }) => invoked));
  for (const share of [0.5, 0.75, 0.9, 0.97]) {
    const first = kept[0]?.invoked ?? 0;
    const limit = last - (last - first) * share;
    tryWithout(kept.filter(({ invoked }) => invoked > last - (last - limit) / 2));
  }
  for (const operation of kept.toReversed()) if (changesNothing(operation)) tryWithout([operation]);
  for (const operation of kept.toReversed()) if (isFreeToGo(operation, kept)) tryWithout([operation]);
  return kept;
};

const changesNothing = ({ action }: Operation): boolean =>
  action.kind === 'verify' || (action.result === 'refused' && action.kind !== 'refresh');

/** Nobody mentions what it made. */
const isFreeToGo = ({ action }: Operation, all: readonly Operation[]): boolean => {
  if (action.kind === 'sign_in' && action.result === 'ok')
    return !all.some(
      (other) => other.action !== action && JSON.stringify(other.action).includes(`:${action.session}`),
    );
  if (action.kind === 'mint')
    return !all.some((other) => other.action.kind === 'reset' && other.action.link === action.link);
  return action.kind === 'refresh' && action.result === 'ok';
};
