import type { Action } from '../history/operation.ts';

/**
 * The sequential specification of one account (consistency.md §1 and §2): what each operation does when operations
 * happen one after another, and which answers it may give.
 */
export interface State {
  readonly password: number;
  /** Sessions that are live, as bits. */
  readonly live: bigint;
  /** Reset links that may still be used, as bits. */
  readonly links: bigint;
  readonly disabled: boolean;
}

export const INITIAL: State = { password: 0, live: 0n, links: 0n, disabled: false };

export const keyOf = (state: State): string =>
  `${state.password}.${state.live.toString(36)}.${state.links.toString(36)}.${state.disabled ? 1 : 0}`;

const bit = (number: number): bigint => 1n << BigInt(number);
const has = (set: bigint, number: number): boolean => (set & bit(number)) !== 0n;

const size = (set: bigint): number => {
  let count = 0;
  for (let rest = set; rest !== 0n; rest &= rest - 1n) count += 1;
  return count;
};

/** What a step depends on besides the state. */
export interface Circumstances {
  /**
   * The account's epoch may have moved while this operation ran: a proof of the right password may then be answered
   * like a wrong one, since it was made against the state of before (consistency P3).
   */
  epochMayHaveMoved: boolean;
}

/**
 * The state after the action with this result, or null when the specification does not allow it here. For an unknown
 * result: the state after its effect, or null when it has none here. The same object only for what changes nothing at
 * any later place either, for the search places that at once: who ends all others may find nobody here and ends those
 * who sign in before a later one.
 */
export const step = (state: State, action: Action, circumstances: Circumstances): State | null => {
  switch (action.kind) {
    case 'sign_in':
      if (action.result === 'refused') return wrongPassword(state, action.password, circumstances);
      return !state.disabled && state.password === action.password
        ? { ...state, live: state.live | bit(action.session) }
        : null;
    case 'verify':
      return has(state.live, action.session) === (action.result === 'ok') ? state : null;
    case 'mint':
      return { ...state, links: state.links | bit(action.link) };
    case 'reset':
      return reset(state, action);
    case 'change':
      return change(state, action, circumstances);
    case 'reauthenticate':
      return reauthenticate(state, action, circumstances);
    case 'revoke':
      return revoke(state, action);
    case 'sign_out':
      if (action.result === 'refused') return has(state.live, action.session) ? null : state;
      // A session that ended while it was being signed out is signed out.
      return ending(state, bit(action.session), action.result);
    case 'revoke_others':
    case 'revoke_all':
      return revokeMany(state, action);
    case 'refresh':
      return refresh(state, action);
    case 'disable':
      return { ...state, live: 0n, links: 0n, disabled: true };
    case 'enable':
      return { ...state, disabled: false };
  }
};

type Of<K extends Action['kind']> = Extract<Action, { kind: K }>;

const wrongPassword = (state: State, password: number, { epochMayHaveMoved }: Circumstances) =>
  epochMayHaveMoved || state.disabled || state.password !== password ? state : null;

/** An unknown operation without an effect never helps a search: null. */
const ending = (state: State, sessions: bigint, result: 'ok' | 'unknown'): State | null => {
  const live = state.live & ~sessions;
  if (live === state.live) return result === 'ok' ? state : null;
  return { ...state, live };
};

const reset = (state: State, action: Of<'reset'>): State | null => {
  const isGood = has(state.links, action.link) && !state.disabled;
  if (action.result === 'refused') return isGood ? null : state;
  if (!isGood) return null;
  // A session whose sign-in was never answered may be counted too, one that is known may not be left out.
  if (action.result === 'ok' && action.ended < size(state.live)) return null;
  return { ...state, password: action.password, live: 0n, links: 0n };
};

const change = (state: State, action: Of<'change'>, circumstances: Circumstances): State | null => {
  const isLive = has(state.live, action.session);
  if (action.result === 'refused') {
    if (action.reason === 'session') return isLive ? null : state;
    return wrongPassword(state, action.from, circumstances);
  }
  if (!isLive || state.password !== action.from) return null;
  if (action.result === 'unknown') return { ...state, password: action.to, live: 0n, links: 0n };
  if (action.ended < size(state.live) - 1) return null;
  return { ...state, password: action.to, live: bit(action.next), links: 0n };
};

const reauthenticate = (
  state: State,
  action: Of<'reauthenticate'>,
  circumstances: Circumstances,
): State | null => {
  const isLive = has(state.live, action.session);
  if (action.result === 'refused') {
    if (action.reason === 'session') return isLive ? null : state;
    return wrongPassword(state, action.password, circumstances);
  }
  if (!isLive || state.password !== action.password) return null;
  const live = state.live & ~bit(action.session);
  return { ...state, live: action.result === 'ok' ? live | bit(action.next) : live };
};

const revoke = (state: State, action: Of<'revoke'>): State | null => {
  const isLive = has(state.live, action.session);
  // Whoever ends himself needs no second proof under the lock.
  const mayAct = isLive || action.session === action.target;
  if (action.result === 'refused') return isLive ? null : state;
  if (!mayAct) return null;
  if (action.result === 'ok' && has(state.live, action.target) !== (action.ended === 1)) return null;
  return ending(state, bit(action.target), action.result);
};

const revokeMany = (state: State, action: Of<'revoke_others' | 'revoke_all'>): State | null => {
  const isLive = has(state.live, action.session);
  if (action.result === 'refused') return isLive ? null : state;
  if (!isLive) return null;
  const kept = action.kind === 'revoke_others' ? bit(action.session) : 0n;
  if (action.result !== 'ok') return ending(state, ~kept, 'unknown');
  if (action.ended < size(state.live & ~kept)) return null;
  return { ...state, live: state.live & kept };
};

const refresh = (state: State, action: Of<'refresh'>): State | null => {
  const isLive = has(state.live, action.session);
  if (action.result === 'ok') return isLive ? state : null;
  if (action.result === 'refused' && !isLive) return state;
  // Late enough to be taken for a theft: then the refusal itself ended the session.
  return action.mayEnd && isLive
    ? ending(state, bit(action.session), action.result === 'unknown' ? 'unknown' : 'ok')
    : null;
};
