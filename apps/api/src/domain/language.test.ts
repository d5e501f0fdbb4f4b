import { expect, test } from 'vitest';
import { knownLanguage, wantedLanguage } from './language.ts';

test.each([
  [undefined, null],
  ['', null],
  ['*', null],
  ['fr', null],
  ['de', 'de'],
  ['DE-at', 'de'],
  ['en-GB,en;q=0.9,de;q=0.8', 'en'],
  ['fr-CH, fr;q=0.9, de;q=0.7, en;q=0.8', 'en'],
  ['fr;q=1, de;q=0.5, *;q=0.1', 'de'],
  ['en;q=0.5, de', 'de'],
  ['de, en', 'de'],
  ['de;q=0, en;q=0.1', 'en'],
  ['de;q=0', null],
  ['de;q=2, en;q=x', null],
  ['deutsch', null],
  ['toString', null],
  [`${'x,'.repeat(200)}de`, null],
])('Accept-Language %j wants %j', (header, language) => {
  expect(wantedLanguage(header)).toBe(language);
});

test('what newer code stored is no language here, and does no harm', () => {
  expect([null, undefined, 'fr', 7, {}, 'en', 'de'].map(knownLanguage)).toEqual([
    null,
    null,
    null,
    null,
    null,
    'en',
    'de',
  ]);
});
