import type { Violation } from './checker.ts';
import type { History, Operation } from './history.ts';

/** A poll's reply may be so late, and makes the database's time look that much later than it is. */
const POLL_MS = 1_100;

/**
 * Sessions end by the database's clock: none is accepted once it was over when the verification began, and none is
 * called expired before. What an instance believes of that clock is wrong by as much as its own drifts during a lease;
 * a clock that steps is believed by the index's readers until they poll again.
 */
export const expiry = (
  operations: readonly Operation[],
  history: History,
  leaseMs: number,
): Violation | null => {
  for (const one of operations) {
    const { input, outcome, invoked, returned, invokedMs, returnedMs } = one;
    if (input.kind !== 'verify' || returned === null) continue;
    const isFromIndex = outcome?.kind === 'live' && outcome.source === 'index';
    if (history.steps.some((step) => step < returned && (isFromIndex || step > invoked))) continue;
    const ends = endsBetween(history, input.sessionId, invoked, returned);
    if (ends.length === 0) continue;
    const drift = leaseMs * 0.05;
    const tooLate = invokedMs - Math.max(...ends) - (isFromIndex ? drift : 0);
    if (outcome?.kind === 'live' && tooLate >= 0)
      return violation(one, `${input.sessionId} was accepted ${tooLate.toFixed(0)} ms after it had expired`);
    const tooEarly = Math.min(...ends) - returnedMs - drift - POLL_MS;
    if (outcome?.kind === 'dead' && outcome.reason === 'session_expired' && tooEarly > 0)
      return violation(one, `${input.sessionId} was called expired ${tooEarly.toFixed(0)} ms too early`);
  }
  return null;
};

/** Every end that the session had at some moment of an operation. */
const endsBetween = (history: History, sessionId: string, invoked: number, returned: number): number[] => {
  const all = history.ends.get(sessionId) ?? [];
  const first = all.findLastIndex(({ from }) => from < invoked);
  return all.slice(Math.max(0, first)).flatMap(({ from, ms }) => (from < returned ? [ms] : []));
};

const violation = (operation: Operation, text: string): Violation => ({
  guarantee: 'P1',
  text,
  operations: [operation],
});
