/** A map that holds at most `most` entries: the one set longest ago goes first. */
export const boundedMap = <T>(most: number) => {
  const entries = new Map<string, T>();
  return {
    get: (name: string): T | undefined => entries.get(name),
    set: (name: string, value: T): void => {
      entries.delete(name);
      entries.set(name, value);
      if (entries.size <= most) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
    get size(): number {
      return entries.size;
    },
  };
};
