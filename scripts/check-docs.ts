// What the documents name exists: links, headings, paths, commands, settings, and every reason of the contract. What
// they show is executed elsewhere (apps/api/test/operations/documents.test.ts).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { limitsTable } from '../apps/api/src/config/limit-docs.ts';
import { root } from './command.ts';
import { anchorsIn, blocksIn, codeIn, linksIn, runnablesIn } from '../packages/devstack/src/documents.ts';
import { checkoutFiles } from './files.ts';

/** A folder other than the checkout is looked at by the check of this check. */
const folder = resolve(process.argv[2] ?? root);
const README_LINES = 250;
/** Made by an operator; git ignores them. */
const MADE_BY_HAND = ['docker/.env', 'docker/tls/'];
/** Names that the repository's own scripts and tests read beside the service's settings. */
const OTHER_SETTINGS = /^PORTCULLIS_(?:TEST_\w+|STATE_DIR|CHROMIUM|API_URL)$/;

const problems: string[] = [];
const documents = files().filter((file) => file.endsWith('.md') && !file.includes('/vectors/'));
const scripts = Object.keys((JSON.parse(text('package.json')) as { scripts: object }).scripts);
const settings = new Set([...text('apps/api/.env.example').matchAll(/^#(\w+)=/gm)].map(([, name]) => name));

for (const file of documents) checkDocument(file);
checkReasons();
checkLimits();
checkDecisions();
checkFaults();
if (text('README.md').trimEnd().split('\n').length > README_LINES)
  problems.push(`README.md has more than ${README_LINES} lines`);

process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.stdout.write(`${documents.length} documents looked at\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function checkDocument(file: string): void {
  const markdown = text(file);
  const complain = (problem: string) => problems.push(`${file}: ${problem}`);
  for (const target of linksIn(markdown)) {
    const [path = '', anchor] = target.split('#');
    const to = path === '' ? file : normalize(join(dirname(file), path));
    if (!isThere(to)) complain(`the link to ${target} leads nowhere`);
    else if (anchor !== undefined && !anchorsIn(text(to)).has(anchor))
      complain(`${to} has no heading #${anchor}`);
  }
  const shown = [...codeIn(markdown), ...blocksIn(markdown).flatMap(({ text }) => text.split('\n'))];
  for (const code of shown) {
    if (/^(?:apps|packages|docs|docker|nginx|scripts|\.ci)\/[\w./-]*$/.test(code) && !isKnown(code))
      complain(`there is no ${code}`);
    for (const [, name = ''] of code.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g))
      if (!scripts.includes(name)) complain(`there is no script ${name}`);
    for (const [name] of code.matchAll(/\bPORTCULLIS_[A-Z0-9_]+\b/g))
      if (!settings.has(name) && !settings.has(name.replace(/_FILE$/, '')) && !isOther(name))
        complain(`${name} is no setting`);
    for (const [path] of code.matchAll(/(?<![\w.])\/(?:work|root|home|Users)\/[\w/.-]*/g))
      complain(`${path} is a path of somebody's machine`);
  }
  try {
    runnablesIn(markdown);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
  }
}

/** What containers are given beside the settings stands in their example. */
function isOther(name: string): boolean {
  return OTHER_SETTINGS.test(name) || text('docker/.env.example').includes(`${name}=`);
}

/** The table of docs/errors.md and the contract say the same. */
function checkReasons(): void {
  const explained = new Map(
    [...text('docs/errors.md').matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, reason, status]) => [
      reason,
      status,
    ]),
  );
  const known = new Map(
    [...text('packages/contracts/src/errors.ts').matchAll(/^ {2}(\w+): (\d{3}),$/gm)].map(
      ([, reason, status]) => [reason, status],
    ),
  );
  for (const [reason, status] of known) {
    if (!explained.has(reason)) problems.push(`docs/errors.md: ${reason} is not explained`);
    else if (explained.get(reason) !== status)
      problems.push(`docs/errors.md: ${reason} has status ${status}, not ${explained.get(reason)}`);
  }
  for (const reason of explained.keys())
    if (!known.has(reason)) problems.push(`docs/errors.md: ${reason} is no reason of the contract`);
}

/** The table of docs/operations.md is the one of the program. */
function checkLimits(): void {
  if (folder === root && !text('docs/operations.md').includes(`\n${limitsTable()}\n`))
    problems.push('docs/operations.md: the table of limits is not what portcullis config limits prints');
}

/** What the proof says it injects, and what docs/consistency/failures.md says of it. */
function checkFaults(): void {
  const injected = new Set(
    files()
      .filter((file) => /^apps\/proof\/src\/nemesis\/.*\.ts$/.test(file))
      .flatMap((file) => [...text(file).matchAll(/covers: \[([^\]]*)\]/g)])
      .flatMap(([, ids]) => ids?.match(/FI-\d+b?/g) ?? []),
  );
  const rows = [...text('docs/consistency/failures.md').matchAll(/^\| (FI-\d+b?) \|.*\| (yes|–) \|$/gm)];
  const told = new Map(rows.map(([, id = '', inProof]) => [id, inProof === 'yes']));
  for (const id of injected)
    if (told.get(id) !== true) problems.push(`docs/consistency/failures.md: ${id} is injected by the proof`);
  for (const [id, inProof] of told)
    if (inProof && !injected.has(id))
      problems.push(`docs/consistency/failures.md: ${id} is not injected by the proof`);
}

function checkDecisions(): void {
  const numbers = files()
    .filter((file) => file.startsWith('docs/decisions/'))
    .map((file) => Number(/^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]))
    .toSorted((a, b) => a - b);
  if (numbers.some((number, index) => number !== index + 1))
    problems.push('docs/decisions: files are named NNNN-title.md, counted from 0001 without a gap');
}

function isKnown(path: string): boolean {
  return isThere(path) || MADE_BY_HAND.includes(path);
}

function isThere(path: string): boolean {
  return existsSync(join(folder, path));
}

function text(file: string): string {
  return isThere(file) ? readFileSync(join(folder, file), 'utf8') : '';
}

function files(): string[] {
  if (folder === root) return checkoutFiles();
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.includes('node_modules'),
  );
}
