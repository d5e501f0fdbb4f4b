// Shows that every gate of `npm run check` can fail: each violation is planted in a copy of the checkout, and the gate
// has to complain about exactly that file.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { endCommands, root, runCommand } from './command.ts';
import { checkoutFiles } from './files.ts';
import { secondsSince, whenToldToStop } from './lifetime.ts';
import { lintViolations, otherViolations, type Planted } from './planted-violations.ts';

const { values } = parseArgs({ options: { report: { type: 'string' } } });
const began = performance.now();
const copy = mkdtempSync(join(tmpdir(), 'portcullis-planted-'));
whenToldToStop(async () => {
  endCommands();
  rmSync(copy, { recursive: true, force: true });
  return 130;
});

const results: { name: string; ok: boolean }[] = [];
try {
  copyCheckout();
  await lintAll();
  for (const planted of otherViolations) await tryOne(planted);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
if (values.report) writeFileSync(values.report, JSON.stringify({ steps: results }));
const failed = results.filter((result) => !result.ok);
process.stdout.write(
  `${results.length - failed.length} of ${results.length} planted violations found in ${secondsSince(began)}\n`,
);
process.exit(failed.length === 0 ? 0 : 1);

/** All at once: the linter names rule and file of each. */
async function lintAll(): Promise<void> {
  for (const { file, text } of lintViolations) write(file, text);
  const files = lintViolations.map((planted) => planted.file);
  const { stdout, output } = await runCommand('oxlint', ['--type-aware', '--format=json', ...files], {
    cwd: copy,
  });
  let found: { filename: string; code?: string; message: string }[] = [];
  try {
    found = (JSON.parse(stdout) as { diagnostics: typeof found }).diagnostics;
  } catch {
    process.stdout.write(`${output}\n`);
  }
  for (const { file, complaint } of lintViolations) {
    const about = found
      .filter((one) => one.filename.endsWith(file))
      .map((one) => `${one.code} ${one.message}`);
    settle(
      `lint ${file}`,
      about.some((text) => complaint.test(text)),
      about.join('\n'),
    );
    rmSync(join(copy, file));
  }
}

/** The gate must be content about the file before and complain about it after: else the complaint means nothing. */
async function tryOne({ gate, file, text, complaint }: Planted): Promise<void> {
  const before = existsSync(join(copy, file)) ? readFileSync(join(copy, file), 'utf8') : null;
  const sound = await run(gate);
  write(file, text);
  const broken = await run(gate);
  if (before === null) rmSync(join(copy, file));
  else write(file, before);
  const isFound = broken.code !== 0 && complaint.test(broken.output) && !complaint.test(sound.output);
  settle(`${gate} ${file}`, isFound, broken.output);
}

function run(gate: Planted['gate']) {
  const commands: Record<Planted['gate'], [string, string[]]> = {
    lint: ['oxlint', []],
    types: ['tsc', ['-p', 'packages/contracts', '--pretty', 'false']],
    format: ['biome', ['format', '--vcs-enabled=false', 'packages/contracts/src']],
    boundaries: ['turbo', ['boundaries']],
    unused: ['knip', ['--no-progress', '--include', 'files']],
    citations: [process.execPath, [join(root, 'scripts/check-spec.ts'), copy]],
    documents: [process.execPath, [join(root, 'scripts/check-docs.ts'), copy]],
    asvs: [process.execPath, [join(root, 'scripts/check-asvs.ts'), copy]],
    lockfile: [process.execPath, [join(root, 'scripts/check-lockfile.ts'), copy]],
  };
  return runCommand(...commands[gate], {
    cwd: copy,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
}

/** Installed packages are shared with the original. */
function copyCheckout(): void {
  const files = checkoutFiles();
  for (const file of files) cpSync(join(root, file), join(copy, file), { recursive: true });
  const packages = files.filter((file) => file.endsWith('package.json')).map((file) => dirname(file));
  for (const folder of packages) {
    const installed = join(root, folder, 'node_modules');
    if (existsSync(installed)) symlinkSync(installed, join(copy, folder, 'node_modules'));
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), text);
}

function settle(name: string, ok: boolean, output: string): void {
  results.push({ name, ok });
  if (!ok) process.stdout.write(`NOT FOUND ${name}\n${output.trim().slice(0, 2000)}\n`);
}
