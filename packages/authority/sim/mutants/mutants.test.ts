import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { playMutants } from '../run/mutants.ts';
import { mutants } from './all.ts';
import { mutate, type Mutant } from './mutant.ts';

const SEEDS_EACH = 8_000;

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('the protocol with one part removed', () => {
  it('G1, G2, G4, G5, G6, G8, G10: the simulation notices the absence of each part', async () => {
    const results = await playMutants({ seedsEach: SEEDS_EACH }, availableParallelism());
    const missed = results.filter(({ seed }) => seed === null).map(({ mutant }) => mutant.name);
    expect(missed).toEqual([]);
    expect(results.length).toBe(mutants.length);
  });

  it.each(mutants)('the text still holds the part that is removed: $name', (mutant) => {
    for (const { file } of mutant.changes) expect(mutate(mutant, file, textOf(file))).not.toBe(textOf(file));
  });

  it('a change that applies nowhere, or twice, is an error', () => {
    const changing = (from: string): Mutant => ({
      name: 'm',
      removes: '',
      changes: [{ file: 'f', from, to: '' }],
    });
    expect(() => mutate(changing('x'), 'f', 'abc')).toThrow('occurs 0 times');
    expect(() => mutate(changing('b'), 'f', 'abcb')).toThrow('occurs 2 times');
    expect(mutate(changing('b'), 'f', 'abc')).toBe('ac');
    expect(mutate(changing('b'), 'another', 'abcb')).toBe('abcb');
  });
});
