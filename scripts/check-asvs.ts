// docs/asvs.md: every requirement of levels 1 and 2 of ASVS 5.0.0 stands there once, says where it is met and which
// test fails without it, or what is missing. That the files exist, the check of all documents sees to.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './command.ts';
import { ASVS_IDS } from './asvs-ids.ts';

/** A folder other than the checkout is looked at by the check of this check. */
const folder = resolve(process.argv[2] ?? root);
const file = join(folder, 'docs/asvs.md');
const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
const problems: string[] = [];
const told = new Map<string, number>();
const states = new Map<string, number>();

const count = (where: Map<string, number>, name: string) => where.set(name, (where.get(name) ?? 0) + 1);
const IS_TEST = /`(?:[\w./-]+\.(?:test|e2e)\.ts|apps\/attack\/src\/cases\/[\w-]+\.ts)`/;

for (const [line] of text.matchAll(/^\| \d[^\n]*$/gm)) {
  const cells = line
    .slice(2, -2)
    .split(' | ')
    .map((cell) => cell.trim());
  const [ids = '', requirement = '', state = '', where = '', test = '', note = ''] = cells;
  for (const id of ids.split(', ')) count(told, id);
  if (cells.length === 2) {
    for (const _ of ids.split(', ')) count(states, 'not applicable');
    continue;
  }
  count(states, state);
  const complain = (problem: string) => problems.push(`${ids} ${requirement}: ${problem}`);
  if (!['holds', 'partly', 'open', 'operator'].includes(state)) complain(`"${state}" is no state`);
  if (state === 'holds' && !where.includes('`')) complain('names no file that does it');
  if (state === 'holds' && !IS_TEST.test(test)) complain('names no test that fails without it');
  if (['partly', 'open'].includes(state) && note === '–') complain('says not what is missing');
}
for (const id of ASVS_IDS)
  if ((told.get(id) ?? 0) !== 1) problems.push(`${id} stands there ${told.get(id) ?? 0} times`);
for (const id of told.keys())
  if (!ASVS_IDS.includes(id)) problems.push(`${id} is no requirement of level 1 or 2`);
for (const [, state = '', number] of text.matchAll(/^- \*{0,2}(\w+(?: applicable)?)\*{0,2} \((\d+)\)/gm))
  if ((states.get(state) ?? 0) !== Number(number))
    problems.push(`it says ${state} ${number} times and means ${states.get(state) ?? 0}`);

process.stdout.write(problems.map((problem) => `docs/asvs.md: ${problem}\n`).join(''));
process.stdout.write(`${told.size} requirements looked at\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
