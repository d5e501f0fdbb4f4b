import type { Operation } from './history.ts';
import { type AccountState, apply, keyOf, OPEN } from './specification.ts';

/**
 * Whether some order of the operations explains every outcome: each takes effect at one moment between its beginning
 * and its end, in an order that the sequential specification allows (Wing and Gong; Lowe's memo). An operation without
 * a known outcome may have happened at any moment after its beginning, or never.
 */
export const isLinearizable = (operations: readonly Operation[], initial: AccountState): boolean =>
  new Search(operations).run(initial);

const isUnknown = (operation: Operation) =>
  operation.outcome === null || operation.outcome.kind === 'unknown';
const endOf = (operation: Operation) =>
  isUnknown(operation) ? Number.POSITIVE_INFINITY : (operation.returned ?? Number.POSITIVE_INFINITY);

/** Writes that do nothing now and might do something later: when they happen must stay open. */
const MAY_DO_NOTHING: ReadonlySet<string> = new Set(['enable', 'disable']);

class Search {
  readonly #operations: readonly Operation[];
  readonly #done: boolean[];
  readonly #seen = new Set<string>();
  #left: number;

  constructor(operations: readonly Operation[]) {
    this.#operations = [...operations].sort((a, b) => endOf(a) - endOf(b) || a.invoked - b.invoked);
    this.#done = operations.map(() => false);
    this.#left = operations.filter((operation) => !isUnknown(operation)).length;
  }

  run(state: AccountState): boolean {
    if (this.#left === 0) return true;
    const marked = this.#takeReads(state);
    try {
      if (this.#left === 0) return true;
      const key = `${this.#done.map((done) => (done ? '1' : '0')).join('')}${keyOf(state)}`;
      if (this.#seen.has(key)) return false;
      this.#seen.add(key);
      return this.#candidates().some((index) => this.#try(index, state));
    } finally {
      for (const index of marked) this.#unmark(index);
    }
  }

  /** What changes nothing and fits now can only get in the way later. */
  #takeReads(state: AccountState): number[] {
    const marked: number[] = [];
    for (const index of this.#candidates()) {
      const operation = this.#operations[index];
      if (operation === undefined || isUnknown(operation) || MAY_DO_NOTHING.has(operation.input.kind))
        continue;
      if (apply(state, operation.input, operation.outcome, operation.id) !== state) continue;
      this.#mark(index);
      marked.push(index);
    }
    return marked.length === 0 ? marked : [...marked, ...this.#takeReads(state)];
  }

  #try(index: number, state: AccountState): boolean {
    const operation = this.#operations[index];
    if (operation === undefined) return false;
    const outcome = isUnknown(operation) ? OPEN : operation.outcome;
    const next = apply(state, operation.input, outcome, operation.id);
    if (next === null || (isUnknown(operation) && next === state)) return false;
    this.#mark(index);
    const found = this.run(next);
    if (!found) this.#unmark(index);
    return found;
  }

  /** Nobody that ended before it began is still to come. */
  #candidates(): number[] {
    let firstEnd = Number.POSITIVE_INFINITY;
    for (const [index, operation] of this.#operations.entries()) {
      if (this.#done[index] === true) continue;
      firstEnd = endOf(operation);
      break;
    }
    const found: number[] = [];
    for (const [index, operation] of this.#operations.entries())
      if (this.#done[index] !== true && operation.invoked <= firstEnd) found.push(index);
    return found;
  }

  #mark(index: number): void {
    this.#done[index] = true;
    const operation = this.#operations[index];
    if (operation !== undefined && !isUnknown(operation)) this.#left -= 1;
  }

  #unmark(index: number): void {
    this.#done[index] = false;
    const operation = this.#operations[index];
    if (operation !== undefined && !isUnknown(operation)) this.#left += 1;
  }
}
