import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

const collect = async (...chunks: (string | Buffer)[]) => {
  const lines: [number, string | null][] = [];
  const source = async function* () {
    yield* chunks;
  };
  for await (const { number, text } of linesOf(source())) lines.push([number, text]);
  return lines;
};

test('lines are counted from 1, blank ones too, and are trimmed', async () => {
  expect(await collect('a\r\n\n b \nc')).toEqual([
    [1, 'a'],
    [3, 'b'],
    [4, 'c'],
  ]);
  expect(await collect('a\n')).toEqual([[1, 'a']]);
  expect(await collect()).toEqual([]);
});

test('it does not matter where the chunks end, not even within a character', async () => {
  const bytes = Buffer.from('\ufeffäöü\n🦊🐢\n');
  const single = Array.from(bytes, (byte) => Buffer.from([byte]));
  expect(await collect(...single)).toEqual([
    [1, 'äöü'],
    [2, '🦊🐢'],
  ]);
});

test('a line that is too long, or no UTF-8, is named and not given', async () => {
  const endless = Array<string>(100).fill('x'.repeat(1_000));
  expect(await collect('a\n', ...endless, '\nb\n')).toEqual([
    [1, 'a'],
    [2, null],
    [3, 'b'],
  ]);
  expect(await collect(...endless)).toEqual([[1, null]]);
  expect(await collect(Buffer.from([0x61, 0xff, 0x0a]), 'b')).toEqual([
    [1, null],
    [2, 'b'],
  ]);
});
