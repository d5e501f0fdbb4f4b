/** The real code, or a fake of it, with one part of the protocol removed. */
export interface Mutant {
  name: string;
  /** The row of spec §5 or the step whose absence this is. */
  removes: string;
  changes: readonly Change[];
}

interface Change {
  /** Below packages/authority. */
  file: string;
  /** Has to occur exactly once: a mutant that no longer applies must fail loudly. */
  from: string;
  to: string;
}

/** @throws Error when a change does not apply exactly once */
export const mutate = (mutant: Mutant, file: string, text: string): string => {
  let changed = text;
  for (const { from, to, ...change } of mutant.changes) {
    if (change.file !== file) continue;
    const parts = changed.split(from);
    if (parts.length !== 2)
      throw new Error(
        `mutant "${mutant.name}": its text occurs ${parts.length - 1} times in ${file}:\n${from}`,
      );
    changed = parts.join(to);
  }
  return changed;
};
