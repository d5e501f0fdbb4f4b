// The door to every script of the repository. It runs on the Node that the machine has (20 or newer), brings the
// workspace up to its lockfile, and hands over to the workspace's own Node. When it ends, nothing it started is left.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { endLeftOvers, signalGroup } from './left-overs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = '', ...given] = process.argv.slice(2);

/** Scripts that are another one with fixed arguments. */
const aliases = {
  e2e: ['test', '--only', 'e2e'],
  'test:operations': ['test', '--only', 'operations'],
};
/** How long a script may take to stop what it started, in milliseconds. */
const GRACE = 25_000;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function findScript() {
  const [script, ...fixed] = aliases[name] ?? [name];
  const file = join(root, 'scripts', `${script}.ts`);
  if (!/^[a-z0-9-]+$/.test(script) || !existsSync(file)) fail(`There is no script "${name}" in scripts/.`);
  return [file, ...fixed, ...given];
}

/** The Node of the lockfile; the machine's own where that has no build for it, if it can run TypeScript. */
function findNode() {
  const own = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(own) && spawnSync(own, ['--version']).status === 0) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  return fail(
    `There is no Node for ${process.platform}-${process.arch} in the lockfile: install Node 24 or newer.`,
  );
}

const script = findScript();
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node 20 or newer is needed, this is ${process.version}.`);
try {
  await ensureInstalled(root);
} catch (error) {
  fail(error.message);
}

const scratch = mkdtempSync(join(tmpdir(), 'portcullis-run-'));
const list = join(scratch, 'children');
const mark = `${process.pid}-${Date.now()}`;
// In a group of its own: Ctrl-C comes here alone, and the script stops its servers in order.
const child = spawn(findNode(), script, {
  detached: true,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    DEVSTACK_CHILDREN: list,
    DEVSTACK_RUN: mark,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  },
});
child.on('error', (error) => fail(`The script did not start: ${error.message}`));

let stopping = false;
function stop(signal) {
  if (stopping) return signalGroup(child.pid, 'SIGKILL');
  stopping = true;
  child.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE).unref();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => stop(signal));
// npm that was killed forwards nothing: its end shows as a new parent, ours or that of the shell in between.
const before = ancestry();
if (process.env.npm_lifecycle_event) {
  setInterval(() => ancestry() === before || stopping || stop('SIGTERM'), 1000).unref();
}

function ancestry() {
  try {
    const text = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    const [, program, rest] = /\((.*)\) (.*)/s.exec(text) ?? [];
    // Who started npm may well end: only a shell's parent is npm.
    return program?.endsWith('sh') ? `${process.ppid} ${rest?.split(' ')[1]}` : `${process.ppid}`;
  } catch {
    return `${process.ppid}`;
  }
}

child.on('exit', async (code, signal) => {
  await endLeftOvers({ group: child.pid, list, mark });
  rmSync(scratch, { recursive: true, force: true });
  process.exit(code ?? 128 + (constants.signals[signal] ?? 1));
});
