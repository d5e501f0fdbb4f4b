/** Whatever picks among possibilities: a seed, a list to replay, or an exhaustive search. */
export interface Choices {
  /** Index of one of these, likelier the greater its weight. All weights are positive. */
  pick(weights: readonly number[]): number;
}

/** Numbers that a seed decides (sfc32): good enough to spread schedules, and the same on every machine. */
export class Chance implements Choices {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number) {
    this.#a = 0x9e3779b9 ^ Math.floor(seed / 2 ** 32);
    this.#b = 0x243f6a88;
    this.#c = seed | 0;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** Whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  flip(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws Error when there is nothing to choose from */
  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('there is nothing to choose from');
    return item;
  }

  pick(weights: readonly number[]): number {
    let sum = 0;
    for (const weight of weights) sum += weight;
    let left = this.next() * sum;
    for (let index = 0; index < weights.length; index += 1) {
      left -= weights[index] as number;
      if (left < 0) return index;
    }
    return weights.length - 1;
  }
}
