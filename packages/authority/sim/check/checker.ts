import { expiry } from './expiry.ts';
import { describe, type History, type Operation } from './history.ts';
import { isLinearizable } from './linearize.ts';
import type { AccountState } from './specification.ts';

export interface Violation {
  /** Id of the guarantee, or `G1–G10` for the search, which knows that no order fits but not which one was meant. */
  guarantee: string;
  text: string;
  operations: readonly Operation[];
}

/** Every guarantee on one history; the first violation of each account. */
export const check = (
  history: History,
  initial: ReadonlyMap<string, AccountState>,
  leaseMs = 0,
): Violation[] => {
  const violations: Violation[] = [];
  for (const [accountId, state] of initial) {
    const operations = relevant(history, accountId);
    const violation =
      crashed(operations) ??
      staleAccept(operations) ??
      acceptAfterReject(operations) ??
      spentTwice(operations) ??
      overtakenByNobody(operations) ??
      expiry(operations, history, leaseMs) ??
      unexplained(operations, state);
    if (violation !== null) violations.push(violation);
  }
  return violations;
};

/** What happened to the account before a fail-over took commits of it back; what was under way then is open. */
const relevant = (history: History, accountId: string): Operation[] => {
  const end = history.rolledBack.get(accountId) ?? Number.POSITIVE_INFINITY;
  return history.operations
    .filter((operation) => operation.accountId === accountId && operation.invoked < end)
    .map((operation) =>
      operation.returned === null || operation.returned < end
        ? operation
        : { ...operation, returned: null, outcome: null },
    );
};

const crashed = (operations: readonly Operation[]): Violation | null => {
  const one = operations.find(({ outcome }) => outcome?.kind === 'crashed');
  return one
    ? { guarantee: 'G8', text: 'an operation ended with an error that nobody may see', operations: [one] }
    : null;
};

/** Whether this operation, done, says that the session is over. */
const ends = (
  { input, outcome }: Operation,
  sessionId: string,
  openedBefore: (invoked: number) => boolean,
  invoked: number,
) => {
  if (outcome?.kind !== 'done') return false;
  switch (input.kind) {
    case 'revoke one':
      return input.sessionId === sessionId;
    case 'revoke others':
      return input.callerId !== sessionId && openedBefore(invoked);
    case 'revoke all':
    case 'reset':
    case 'change password':
    case 'disable':
      return openedBefore(invoked);
    case 'enable':
    case 'issue link':
    case 'sign in':
    case 'verify':
      return false;
  }
};

const isVerify = (operation: Operation, kind: 'live' | 'dead') =>
  operation.input.kind === 'verify' && operation.outcome?.kind === kind && !isExpired(operation);
/** Judged by the clock, and by nothing else. */
const isExpired = ({ outcome }: Operation) =>
  outcome?.kind === 'dead' && outcome.reason === 'session_expired';
const sessionOf = (operation: Operation) =>
  operation.input.kind === 'verify' ? operation.input.sessionId : '';

/** When the sign-in that opened it returned; sessions of the beginning were always there. */
const openedAt = (operations: readonly Operation[], sessionId: string): number =>
  operations.find(({ outcome }) => outcome?.kind === 'done' && outcome.sessionId === sessionId)?.returned ??
  0;

/**
 * G1: a revoking write returned success, and a verification that began afterwards accepts what it ended. One that found
 * nothing to end only saw what another one ended: that it does is a matter of G2, and excused as such.
 */
const staleAccept = (operations: readonly Operation[]): Violation | null => {
  for (const accept of operations) {
    if (!isVerify(accept, 'live')) continue;
    const sessionId = sessionOf(accept);
    const opened = openedAt(operations, sessionId);
    const before = (invoked: number) => opened < invoked;
    const end = operations.find(
      (one) =>
        one.returned !== null &&
        one.returned < accept.invoked &&
        !(accept.excused && one.outcome?.kind === 'done' && one.outcome.endedNone === true) &&
        ends(one, sessionId, before, one.invoked),
    );
    if (end)
      return {
        guarantee: 'G1',
        text: `${sessionId} was accepted after its end had returned success`,
        operations: [end, accept],
      };
  }
  return null;
};

/** G2: rejected once, accepted later. Only the loss of a fence mid-write excuses it. */
const acceptAfterReject = (operations: readonly Operation[]): Violation | null => {
  for (const accept of operations) {
    if (!isVerify(accept, 'live') || accept.excused) continue;
    const reject = operations.find(
      (one) =>
        isVerify(one, 'dead') &&
        sessionOf(one) === sessionOf(accept) &&
        one.returned !== null &&
        one.returned < accept.invoked,
    );
    if (reject)
      return {
        guarantee: 'G2',
        text: `${sessionOf(accept)} was accepted after it had been rejected`,
        operations: [reject, accept],
      };
  }
  return null;
};

/** G6: one link, two resets. */
const spentTwice = (operations: readonly Operation[]): Violation | null => {
  const resets = operations.filter(
    ({ input, outcome }) => input.kind === 'reset' && outcome?.kind === 'done',
  );
  for (const one of resets) {
    const other = resets.find(
      ({ id, input }) =>
        id > one.id &&
        input.kind === 'reset' &&
        one.input.kind === 'reset' &&
        input.linkId === one.input.linkId,
    );
    if (other)
      return { guarantee: 'G6', text: 'one link reset the password twice', operations: [one, other] };
  }
  return null;
};

const STEPS_EPOCH = new Set(['reset', 'revoke all', 'revoke others', 'change password', 'disable']);

/** A sign-in may be told "credentials changed" only when something that steps the epoch ran beside it. */
const overtakenByNobody = (operations: readonly Operation[]): Violation | null => {
  for (const one of operations) {
    if (one.outcome?.kind !== 'overtaken') continue;
    const hasRival = operations.some(
      ({ input, invoked, returned, outcome }) =>
        STEPS_EPOCH.has(input.kind) &&
        !['refused', 'dead', 'unavailable', 'overtaken'].includes(outcome?.kind ?? '') &&
        invoked < (one.returned ?? Number.POSITIVE_INFINITY) &&
        (outcome?.kind !== 'done' || returned === null || returned > one.invoked),
    );
    if (!hasRival)
      return {
        guarantee: 'G5',
        text: 'the right password was refused and nothing had changed',
        operations: [one],
      };
  }
  return null;
};

/** Everything together: some order of one thing at a time has to explain every answer. */
const unexplained = (operations: readonly Operation[], initial: AccountState): Violation | null => {
  const judged = operations.filter(
    (one) =>
      one.outcome?.kind !== 'unavailable' &&
      one.outcome?.kind !== 'overtaken' &&
      !isExpired(one) &&
      !(one.input.kind === 'verify' && (one.outcome === null || one.excused)),
  );
  if (isLinearizable(judged, initial)) return null;
  return {
    guarantee: 'G1–G10',
    text: 'no order of one thing at a time explains these answers',
    operations: minimal(judged, initial),
  };
};

/** The shortest beginning of the history that cannot be explained, so that a person can follow it. */
const minimal = (operations: readonly Operation[], initial: AccountState): Operation[] => {
  const ends = operations.flatMap(({ returned }) => returned ?? []).sort((a, b) => a - b);
  for (const end of ends) {
    const begun = operations
      .filter(({ invoked }) => invoked <= end)
      .map((one) =>
        one.returned !== null && one.returned <= end ? one : { ...one, returned: null, outcome: null },
      )
      .filter((one) => one.outcome !== null || one.input.kind !== 'verify');
    if (!isLinearizable(begun, initial)) return begun;
  }
  return [...operations];
};

export const explain = ({ guarantee, text, operations }: Violation): string =>
  `${guarantee}: ${text}\n${operations.map((operation) => `  ${describe(operation)}`).join('\n')}`;
