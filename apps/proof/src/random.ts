/** A generator whose whole sequence follows from its seed, so that a run's plan can be made again. */
export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  /** A generator of its own for one part, so that what one part draws shifts nothing in another. */
  fork(name: string): Random;
}

/** splitmix32 over the seed; good enough to choose faults, never for secrets. */
export const createRandom = (seed: string): Random => {
  let state = hash(seed);
  const fraction = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    between: (least, most) => least + fraction() * (most - least),
    chance: (probability) => fraction() < probability,
    pick: <T>(values: readonly T[]): T => {
      if (values.length === 0) throw new RangeError('nothing to pick from');
      return values[below(values.length)] as T;
    },
    fork: (name) => createRandom(`${seed}/${name}`),
  };
};

/** FNV-1a. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) value = Math.imul(value ^ byte, 0x01000193);
  return value | 0;
};
