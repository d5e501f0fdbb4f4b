import type { Arena } from './arena.ts';

interface Named {
  /** The line of the catalogue that it is about, such as `AT-17`. */
  id: string;
  what: string;
}

/** An attack, and what has to come of it. It holds when what it got is, letter by letter, what was expected. */
export interface Attack extends Named {
  expected: string;
  run(arena: Arena): Promise<string>;
  /**
   * `waits`: it mostly waits, so it runs beside the others. `alone`: after them, with the service for itself. `last`: it
   * looks at what all others left behind.
   */
  when?: 'waits' | 'alone' | 'last';
}

/** An attack that is not made here, and why. It never counts as one that was withstood. */
interface Skipped extends Named {
  because: string;
}

export type Case = Attack | Skipped;

export const attack = (
  id: string,
  what: string,
  expected: string,
  run: Attack['run'],
  when?: Attack['when'],
): Attack => ({ id, what, expected, run, ...(when === undefined ? {} : { when }) });

export const skipped = (id: string, what: string, because: string): Skipped => ({ id, what, because });

/** What many tries came to in one text: the common outcome alone, or the first that differ, each by its name. */
export const allOf = (tries: readonly (readonly [name: string, outcome: string])[]): string => {
  const counts = new Map<string, string[]>();
  for (const [name, outcome] of tries) counts.set(outcome, [...(counts.get(outcome) ?? []), name]);
  const [most, ...others] = [...counts].toSorted(([, a], [, b]) => b.length - a.length);
  if (most === undefined) return 'nothing was tried';
  const told = others.map(
    ([outcome, names]) =>
      `${outcome} for ${names.slice(0, 3).join(' | ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`,
  );
  return [most[0], ...told].join(', but ');
};

/** Does something for each, at most so many at a time; the results in their order. */
export const eachOf = async <T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  atOnce = 4,
): Promise<R[]> => {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results[next[0]] = await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};

const TRIES = 5;
const QUICK_MS = 1_000;

/**
 * The quickest of a few tries, so that a busy machine is not taken for a slow program: what takes long by itself takes
 * long each time.
 */
export const quickest = async <T>(work: () => Promise<T>): Promise<{ answer: T; ms: number }> => {
  let best: { answer: T; ms: number } | null = null;
  for (let tries = 0; tries < TRIES && (best === null || best.ms >= QUICK_MS); tries += 1) {
    const began = performance.now();
    const answer = await work();
    const ms = performance.now() - began;
    if (best === null || ms < best.ms) best = { answer, ms };
  }
  if (best === null) throw new Error('nothing was tried');
  return best;
};
