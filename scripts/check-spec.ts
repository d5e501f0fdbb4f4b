// Every guarantee, step and window that docs/consistency defines is held by a test that names it, and nothing cites an
// id that is not defined.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './command.ts';
import { checkoutFiles } from './files.ts';

/** Ids without a test so far. Only ever take one out: with a test of its own an id has no place here any more. */
const notYetCovered: string[] = [];

/** A folder other than the checkout is looked at by the check of this check. */
const folder = resolve(process.argv[2] ?? root);
const expected = [...numbered('G', 11), ...numbered('P', 10), ...numbered('W', 10)];
const problems: string[] = [];

const specification = join(folder, 'docs/consistency');
const texts = existsSync(specification)
  ? readdirSync(specification)
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(specification, name), 'utf8'))
  : [];
const defined = new Set(texts.flatMap(idsIn));
for (const id of expected)
  if (!defined.has(id)) problems.push(`${id} is not defined in docs/consistency/*.md`);

const sources = sourceFiles();
const covered = new Set<string>();
for (const file of sources) {
  const text = readFileSync(join(folder, file), 'utf8');
  for (const id of idsIn(text)) {
    if (!expected.includes(id)) problems.push(`${file} cites ${id}, which docs/consistency does not define`);
  }
  if (!isTest(file)) continue;
  for (const id of [...idsIn(fileName(file)), ...titles(text).flatMap(idsIn)]) covered.add(id);
}
for (const id of expected) {
  if (!covered.has(id) && !notYetCovered.includes(id)) {
    problems.push(`no test names ${id}: put the id into the title of the test that would fail without it`);
  }
  if (covered.has(id) && notYetCovered.includes(id)) {
    problems.push(`${id} has a test now: take it out of the list in scripts/check-spec.ts`);
  }
}

process.stdout.write(`${problems.map((problem) => `${problem}\n`).join('')}`);
process.stdout.write(
  `${covered.size} of ${expected.length} ids are named by tests, ${notYetCovered.length} are not yet\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
}

/** P50, P90, P95 and P99 are percentiles. */
function idsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w#.-])[GPW][1-9]\d?(?![\w%])/g)]
    .map(([id]) => id)
    .filter((id) => !/^P(50|9\d)$/.test(id));
}

function fileName(file: string): string {
  return (file.split('/').at(-1) ?? '').replaceAll(/[-_.]/g, ' ').toUpperCase();
}

/** What tests and their groups are called. */
function titles(text: string): string[] {
  const call =
    /\b(?:test|it|describe)(?:\.\w+)*(?:\([^()]*\)|\(\[[\s\S]*?\]\))?\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/g;
  return [...text.matchAll(call)].map((match) => match[2] ?? '');
}

function isTest(file: string): boolean {
  return /\.(test|spec)\.tsx?$/.test(file) || file.startsWith('apps/proof/');
}

function sourceFiles(): string[] {
  const all = folder === root ? checkoutFiles() : readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter(
    (file) => /^(apps|packages)\/.*\.(ts|tsx|lua|sql)$/.test(file) && existsSync(join(folder, file)),
  );
}
