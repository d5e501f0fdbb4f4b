// `npm run check`: everything that can be said without running the service. The steps run beside each other.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endCommands, root, runCommand } from './command.ts';
import { secondsSince, whenToldToStop } from './lifetime.ts';

interface Step {
  name: string;
  program: string;
  args: string[];
  /** What to do about a failure. */
  cure: string;
}

const { values } = parseArgs({ options: { report: { type: 'string' } } });
const began = performance.now();
whenToldToStop(async () => {
  endCommands();
  return 130;
});

// The longest first: the others fit beside them.
const steps: Step[] = [
  {
    name: 'lint',
    program: 'oxlint',
    args: ['--type-aware', '--deny-warnings'],
    cure: 'correct the code; a rule about who may import whom says in its message where the import belongs',
  },
  {
    name: 'unused',
    program: 'knip',
    args: ['--no-progress'],
    cure: 'remove what nobody uses, or name a new entry point in knip.json',
  },
  ...typedFolders().map((folder) => ({
    name: `types ${folder}`,
    program: 'tsc',
    args: ['-p', folder],
    cure: 'correct the types; neither any nor @ts-ignore is a cure',
  })),
  {
    name: 'boundaries',
    program: 'turbo',
    args: ['boundaries'],
    cure: 'import only what the package declares and its tag allows (turbo.json)',
  },
  {
    name: 'format',
    program: 'biome',
    args: ['format', '.'],
    cure: 'run: node_modules/.bin/biome format --write .',
  },
  {
    name: 'citations',
    program: process.execPath,
    args: [join(root, 'scripts/check-spec.ts')],
    cure: 'name a test after the guarantee it holds to, or correct the id',
  },
  {
    name: 'lockfile',
    program: process.execPath,
    args: [join(root, 'scripts/check-lockfile.ts')],
    cure: 'pin an exact version, let pnpm write the lockfile, and say in scripts/check-lockfile.ts why an install script may run',
  },
  {
    name: 'asvs',
    program: process.execPath,
    args: [join(root, 'scripts/check-asvs.ts')],
    cure: 'say in docs/asvs.md where the requirement is met and which test fails without it, or what is missing',
  },
  {
    name: 'documents',
    program: process.execPath,
    args: [join(root, 'scripts/check-docs.ts')],
    cure: 'correct the document: it names something that is not there, or leaves out a reason',
  },
];

const results: { name: string; ok: boolean }[] = [];
const waiting = [...steps];
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
results.sort((a, b) => steps.findIndex((s) => s.name === a.name) - steps.findIndex((s) => s.name === b.name));
const failed = results.filter((result) => !result.ok);
if (values.report) writeFileSync(values.report, JSON.stringify({ steps: results }));
const verdict = failed.length === 0 ? 'all good' : `failed: ${failed.map((one) => one.name).join(', ')}`;
process.stdout.write(`${results.length} steps in ${secondsSince(began)}, ${verdict}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const start = performance.now();
    const { code, output } = await runCommand(step.program, step.args);
    const ok = code === 0;
    results.push({ name: step.name, ok });
    const line = `${ok ? 'ok    ' : 'FAILED'} ${secondsSince(start).padStart(7)}  ${step.name}\n`;
    process.stdout.write(ok ? line : `${line}${output.trimEnd()}\n→ ${step.name}: ${step.cure}\n\n`);
  }
}

function typedFolders(): string[] {
  const folders = ['apps', 'packages'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}`),
  );
  return [...folders, 'examples', 'scripts'].filter((folder) =>
    existsSync(join(root, folder, 'tsconfig.json')),
  );
}
