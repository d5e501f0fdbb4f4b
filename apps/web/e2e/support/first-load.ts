import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export type Script = { path: string; code: string; gzip: number };

/** The scripts that a page loaded, each compressed on its own as a server would. */
export const scriptsOf = (client: string, paths: readonly string[]): Promise<Script[]> =>
  Promise.all(
    [...new Set(paths)].map(async (path) => {
      const code = await readFile(join(client, path), 'utf8');
      return { path, code, gzip: gzipSync(code, { level: 9 }).length };
    }),
  );

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of one segment of a source map (base 64 VLQ, https://tc39.es/ecma426/). */
const numbersOf = (segment: string): number[] => {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
};

/** How many characters of the code came from each source file. */
const charactersBySource = (
  code: string,
  map: { mappings: string; sources: string[] },
): Map<string, number> => {
  const found = new Map<string, number>();
  const lines = code.split('\n');
  let source = 0;
  for (const [row, line] of map.mappings.split(';').entries()) {
    let column = 0;
    const starts = line.split(',').flatMap((segment) => {
      if (segment === '') return [];
      const [moved = 0, moveSource] = numbersOf(segment);
      column += moved;
      source += moveSource ?? 0;
      return [{ column, name: moveSource === undefined ? '' : (map.sources[source] ?? '') }];
    });
    for (const [index, start] of starts.entries()) {
      const end = starts[index + 1]?.column ?? lines[row]?.length ?? start.column;
      found.set(start.name, (found.get(start.name) ?? 0) + end - start.column);
    }
  }
  return found;
};

/** A package by its name; of the client its own folders. */
const nameOf = (source: string): string => {
  const packaged = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
  if (packaged !== undefined) return packaged;
  if (source.includes('packages/contracts/')) return '@portcullis/contracts';
  return /src\/(?:pages\/\w+|\w+)/.exec(source)?.[0] ?? 'bundler';
};

/** What the scripts consist of: their compressed size shared out by how much of the code each part is. */
export const breakdown = async (
  client: string,
  scripts: readonly Script[],
): Promise<{ name: string; gzip: number }[]> => {
  const parts = new Map<string, number>();
  for (const { path, code, gzip } of scripts) {
    const map = await readFile(join(client, `${path}.map`), 'utf8').then(JSON.parse, () => null);
    const characters: Map<string, number> = map
      ? charactersBySource(code, map)
      : new Map([[path, code.length]]);
    const total = [...characters.values()].reduce((sum, count) => sum + count, 0);
    for (const [source, count] of characters) {
      const name = map ? nameOf(source) : source;
      parts.set(name, (parts.get(name) ?? 0) + (gzip * count) / total);
    }
  }
  return [...parts].map(([name, size]) => ({ name, gzip: size })).toSorted((a, b) => b.gzip - a.gzip);
};
