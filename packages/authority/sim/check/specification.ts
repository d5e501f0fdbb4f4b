import type { Input, Outcome } from './history.ts';

/** One account as the guarantees describe it: one thing at a time, every write at once and whole. */
export interface AccountState {
  password: string;
  /** Sessions that are live; all others are over, or never were. */
  live: ReadonlySet<string>;
  /** Reset links that may still be used. */
  links: ReadonlySet<string>;
  isDisabled: boolean;
}

/** An operation that has no return yet, or ended with "unknown": any outcome it could have had. */
export const OPEN = null;

/**
 * The state after this operation with this outcome, or null when the outcome cannot be. `OPEN`: the state after it, had
 * it been done; null when it could do nothing here.
 */
export const apply = (
  state: AccountState,
  input: Input,
  outcome: Outcome | null,
  id: number,
): AccountState | null => {
  switch (input.kind) {
    case 'verify': {
      const isLive = state.live.has(input.sessionId);
      return (outcome?.kind === 'live') === isLive ? state : null;
    }
    case 'sign in':
      return signIn(state, input.password, outcome, id);
    case 'issue link':
      return { ...state, links: new Set([...state.links, input.linkId]) };
    case 'reset': {
      const isGood = state.links.has(input.linkId) && !state.isDisabled;
      if (outcome?.kind === 'refused') return isGood ? null : state;
      return isGood ? { ...state, password: input.password, live: new Set(), links: new Set() } : null;
    }
    case 'change password':
      return changePassword(state, input, outcome, id);
    case 'disable':
      return state.isDisabled ? state : { ...state, isDisabled: true, live: new Set(), links: new Set() };
    case 'enable':
      return state.isDisabled ? { ...state, isDisabled: false } : state;
    case 'revoke one': {
      const { callerId, sessionId } = input;
      const isCallerLive = state.live.has(callerId);
      if (outcome?.kind === 'dead') return isCallerLive ? null : state;
      if (callerId !== sessionId && !isCallerLive) return null;
      return { ...state, live: without(state.live, sessionId) };
    }
    case 'revoke others':
    case 'revoke all': {
      const isCallerLive = state.live.has(input.callerId);
      if (outcome?.kind === 'dead') return isCallerLive ? null : state;
      if (!isCallerLive) return null;
      return { ...state, live: new Set(input.kind === 'revoke others' ? [input.callerId] : []) };
    }
  }
};

const signIn = (
  state: AccountState,
  password: string,
  outcome: Outcome | null,
  id: number,
): AccountState | null => {
  const isRight = password === state.password;
  if (outcome?.kind === 'refused') return isRight ? null : state;
  if (!isRight) return null;
  if (outcome?.kind === 'disabled') return state.isDisabled ? state : null;
  return state.isDisabled ? null : { ...state, live: new Set([...state.live, opened(outcome, id)]) };
};

const changePassword = (
  state: AccountState,
  { callerId, password, renewed }: Input & { kind: 'change password' },
  outcome: Outcome | null,
  id: number,
): AccountState | null => {
  const isRight = password === state.password;
  if (outcome?.kind === 'refused') return isRight ? null : state;
  const isCallerLive = state.live.has(callerId);
  if (outcome?.kind === 'dead') return isCallerLive ? null : state;
  if (!isRight || !isCallerLive) return null;
  return { ...state, password: renewed, live: new Set([opened(outcome, id)]), links: new Set() };
};

/** The session that came out; one of an operation whose answer was lost is known to nobody. */
const opened = (outcome: Outcome | null, id: number): string =>
  (outcome?.kind === 'done' ? outcome.sessionId : undefined) ?? `unknown ${id}`;

const without = (live: ReadonlySet<string>, sessionId: string): ReadonlySet<string> => {
  const rest = new Set(live);
  rest.delete(sessionId);
  return rest;
};

export const keyOf = ({ password, live, links, isDisabled }: AccountState): string =>
  `${isDisabled};${password};${[...live].sort().join()};${[...links].sort().join()}`;
