import type { Action, Operation } from '../history/operation.ts';
import { type Circumstances, INITIAL, keyOf, type State, step } from './model.ts';

/** What the search found. */
export type Verdict =
  | { kind: 'linearizable'; nodes: number }
  /** No order explains the history; `stuck` are the operations that none of the longest explanations could place. */
  | { kind: 'violation'; nodes: number; placed: number; state: State; stuck: Operation[] }
  /** The search was given up after so many nodes. */
  | { kind: 'undecided'; nodes: number };

interface Item {
  operation: Operation;
  circumstances: Circumstances;
}

const MOST_NODES = 400_000;

/**
 * Searches an order of the operations that respects real time (what returned before another began comes first) and the
 * sequential specification: Wing and Gong's search with Lowe's memo. An operation of unknown outcome may take effect
 * at any time after it began, or never.
 */
export const linearize = (operations: readonly Operation[], mostNodes = MOST_NODES): Verdict => {
  const items = operations
    .toSorted((a, b) => a.invoked - b.invoked)
    .map((operation) => ({ operation, circumstances: circumstancesOf(operation, operations) }));
  const search = new Search(
    items.filter(({ operation }) => !isOpen(operation)),
    items.filter(({ operation }) => isOpen(operation)),
    mostNodes,
  );
  return search.run();
};

const isOpen = (operation: Operation): boolean => operation.action.result === 'unknown';

const MOVES_EPOCH = new Set<Action['kind']>(['reset', 'change', 'revoke_others', 'revoke_all', 'disable']);

const circumstancesOf = (operation: Operation, all: readonly Operation[]): Circumstances => {
  const { action, invoked, returned } = operation;
  const provesPassword =
    action.kind === 'sign_in' || action.kind === 'change' || action.kind === 'reauthenticate';
  if (!provesPassword || action.result !== 'refused') return { epochMayHaveMoved: false };
  const epochMayHaveMoved = all.some(
    (other) =>
      other !== operation &&
      MOVES_EPOCH.has(other.action.kind) &&
      other.action.result !== 'refused' &&
      other.invoked <= returned &&
      invoked <= other.returned,
  );
  return { epochMayHaveMoved };
};

class Search {
  readonly #known: Item[];
  readonly #open: Item[];
  readonly #mostNodes: number;
  readonly #done: Uint8Array;
  readonly #openDone: Uint8Array;
  readonly #seen = new Set<string>();
  #nodes = 0;
  #placed = 0;
  #furthest: { placed: number; state: State; stuck: Operation[] } = { placed: -1, state: INITIAL, stuck: [] };

  constructor(known: Item[], open: Item[], mostNodes: number) {
    this.#known = known;
    this.#open = open;
    this.#mostNodes = mostNodes;
    this.#done = new Uint8Array(known.length);
    this.#openDone = new Uint8Array(open.length);
  }

  run(): Verdict {
    const found = this.#from(INITIAL, 0);
    if (found) return { kind: 'linearizable', nodes: this.#nodes };
    if (this.#nodes > this.#mostNodes) return { kind: 'undecided', nodes: this.#nodes };
    return { kind: 'violation', nodes: this.#nodes, ...this.#furthest };
  }

  /** @param first no known operation before this one is left */
  #from(state: State, first: number): boolean {
    if (++this.#nodes > this.#mostNodes) return false;
    const { next, placed } = this.#placeObservers(state, first);
    const found = this.#branch(state, next);
    if (!found) for (const index of placed) this.#undo(index);
    return found;
  }

  /**
   * What may come now, is allowed now and changes nothing is placed at once: any order that places it later stays an
   * order when it is moved here. (Nobody uses a session or a link before it was answered, so what is dead here and
   * allowed here never becomes live again.)
   */
  #placeObservers(state: State, first: number): { next: number; placed: number[] } {
    const placed: number[] = [];
    let next = first;
    for (let isAgain = true; isAgain; ) {
      isAgain = false;
      while (next < this.#known.length && this.#done[next] === 1) next += 1;
      for (const index of this.#candidates(next)) {
        const item = this.#known[index] as Item;
        if (step(state, item.operation.action, item.circumstances) !== state) continue;
        this.#place(index);
        placed.push(index);
        isAgain = true;
      }
    }
    return { next, placed };
  }

  #branch(state: State, first: number): boolean {
    if (first >= this.#known.length) return true;
    const key = this.#key(state, first);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.#remember(state, first);
    for (const index of this.#candidates(first)) {
      const item = this.#known[index] as Item;
      const after = step(state, item.operation.action, item.circumstances);
      if (after === null) continue;
      this.#place(index);
      if (this.#from(after, first)) return true;
      this.#undo(index);
    }
    const until = this.#earliestReturn(first);
    for (const [index, item] of this.#open.entries()) {
      if (this.#openDone[index] === 1 || item.operation.invoked > until) continue;
      const after = step(state, item.operation.action, item.circumstances);
      if (after === null) continue;
      this.#openDone[index] = 1;
      if (this.#from(after, first)) return true;
      this.#openDone[index] = 0;
    }
    return false;
  }

  /** Known operations before which none that is left has returned, those that returned first in front. */
  #candidates(first: number): number[] {
    const found: number[] = [];
    let until = Number.POSITIVE_INFINITY;
    for (let index = first; index < this.#known.length; index += 1) {
      const { operation } = this.#known[index] as Item;
      if (operation.invoked > until) break;
      if (this.#done[index] === 1) continue;
      until = Math.min(until, operation.returned);
      found.push(index);
    }
    const returnOf = (index: number) => (this.#known[index] as Item).operation.returned;
    return found.sort((a, b) => returnOf(a) - returnOf(b));
  }

  #earliestReturn(first: number): number {
    const [index] = this.#candidates(first);
    return index === undefined ? Number.POSITIVE_INFINITY : (this.#known[index] as Item).operation.returned;
  }

  #key(state: State, first: number): string {
    let beyond = '';
    for (let index = first; index < this.#done.length; index += 1) {
      if (this.#done[index] === 1) beyond += `,${index - first}`;
    }
    return `${first}${beyond}|${this.#openDone.join('')}|${keyOf(state)}`;
  }

  #place(index: number): void {
    this.#done[index] = 1;
    this.#placed += 1;
  }

  #undo(index: number): void {
    this.#done[index] = 0;
    this.#placed -= 1;
  }

  #remember(state: State, first: number): void {
    if (this.#placed <= this.#furthest.placed) return;
    const stuck = this.#candidates(first).map((index) => (this.#known[index] as Item).operation);
    this.#furthest = { placed: this.#placed, state, stuck };
  }
}
