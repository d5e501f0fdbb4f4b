import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { german } from './de/catalogue.ts';
import { pickLanguage, type Topic } from './language.ts';

const src = join(import.meta.dirname, '..');

const topics = async (): Promise<[exported: string, topic: Topic<object>][]> => {
  const files = (await readdir(join(src, 'messages'))).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(
    files.map((file) => import(join(src, 'messages', file)) as Promise<object>),
  );
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(
      (entry): entry is [string, Topic<object>] => typeof entry[1] === 'object' && 'english' in entry[1],
    );
};

/** Every sentence by its path; functions are called, once with one and once with many. */
const sentences = (words: unknown, path = ''): [string, string][] => {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words === 'function') {
    const say = words as (value: unknown, more: unknown) => string;
    return [
      [`${path}(1)`, say(1, 'x')],
      [`${path}(5)`, say(5, 'x')],
    ];
  }
  if (typeof words !== 'object' || words === null) return [];
  return Object.entries(words).flatMap(([key, value]) => sentences(value, path ? `${path}.${key}` : key));
};

/** What is the same in both languages: names, and words that both have. */
const SAME =
  /^(productWords\.(name|title)|fieldsWords\.name$|preferencesWords\.themes\.system$|profileWords\.name$|sessionsWords\.live$|yourDataWords\.(fileName|exportTitle))/;

describe('the German catalogue', () => {
  it('has every sentence that the English one has, and no other', async () => {
    const english = (await topics()).flatMap(([name, { english: words }]) => sentences(words, name));
    expect(english.length).toBeGreaterThan(300);
    expect(
      sentences(german)
        .map(([path]) => path)
        .toSorted(),
    ).toEqual(english.map(([path]) => path).toSorted());
  });

  it('says nothing in English, and nothing empty', async () => {
    const english = new Map((await topics()).flatMap(([name, { english: words }]) => sentences(words, name)));
    const left = sentences(german).filter(
      ([path, text]) => !SAME.test(path) && (!text || (/\p{L}/u.test(text) && text === english.get(path))),
    );
    expect(left).toEqual([]);
  });

  it('each topic is found under its own name', async () => {
    for (const [exported, { name }] of await topics()) expect(name).toBe(exported);
  });
});

it('no sentence is kept that no page says', async () => {
  const files = (await readdir(src, { recursive: true })).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.|^messages|^language/.test(file),
  );
  const code = (await Promise.all(files.map((file) => readFile(join(src, file), 'utf8')))).join('\n');
  const unsaid = (await topics())
    .filter(([name]) => !/^(failuresWords|fieldMessagesWords|activityTypesWords|endedByWords)$/.test(name))
    .flatMap(([name, { english }]) => Object.keys(english).map((key) => [name, key] as const))
    .filter(([, key]) => !new RegExp(`\\b${key}\\b`).test(code));
  expect(unsaid).toEqual([]);
});

describe('the language of a first visit', () => {
  it.each([
    ['de', ['en-GB'], 'de'],
    [null, ['de-AT', 'en'], 'de'],
    [null, ['fr-FR', 'de', 'en'], 'de'],
    [null, ['fr'], 'en'],
    [null, [], 'en'],
    ['xx', ['de'], 'de'],
    ['toString', ['en'], 'en'],
  ] as const)('chosen %j, wanted %j: %s', (chosen, wanted, language) => {
    expect(pickLanguage(chosen, wanted)).toBe(language);
  });
});
