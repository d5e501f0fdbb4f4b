import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allOf } from './case.ts';
import { timingCases } from './cases/timing.ts';
import { allCases } from './catalogue.ts';
import { documentOf } from './document.ts';

const LINES = 120;

test('every line of the catalogue is attacked, or says why not', () => {
  const ids = new Set(allCases.map(({ id }) => id));
  const wanted = Array.from({ length: LINES }, (_, at) => `AT-${at + 1}`);
  expect(wanted.filter((id) => !ids.has(id))).toEqual([]);
  expect([...ids].filter((id) => !wanted.includes(id))).toEqual([]);
});

test('no two attacks have the same name, and each skipped one gives a reason', () => {
  const names = [...allCases, ...timingCases].map(({ id, what }) => `${id} ${what}`);
  expect(new Set(names).size).toBe(names.length);
  for (const one of allCases) expect('run' in one ? one.expected : one.because).not.toBe('');
});

test('docs/attacks.md is what npm run attack -- --docs writes', () => {
  const written = readFileSync(new URL('../../../docs/attacks.md', import.meta.url), 'utf8');
  expect(written).toBe(documentOf([...allCases, ...timingCases]));
});

test('many outcomes become one only when all of them are the same', () => {
  expect(
    allOf([
      ['a', '401'],
      ['b', '401'],
    ]),
  ).toBe('401');
  expect(
    allOf([
      ['a', '401'],
      ['b', '200'],
      ['c', '401'],
    ]),
  ).toBe('401, but 200 for b');
  expect(allOf([])).toBe('nothing was tried');
});
