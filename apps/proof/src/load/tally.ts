/** Counts by name, in the order in which the names came up. */
export interface Tally {
  add(name: string, count?: number): void;
  of(name: string): number;
  sum(): number;
  /** Sorted by name. */
  all(): Record<string, number>;
}

export const createTally = (): Tally => {
  const counts = new Map<string, number>();
  return {
    add: (name, count = 1) => void counts.set(name, (counts.get(name) ?? 0) + count),
    of: (name) => counts.get(name) ?? 0,
    sum: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    all: () => Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b))),
  };
};
