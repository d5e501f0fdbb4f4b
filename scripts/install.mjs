// Installs what the lockfile names, when it is not there yet. Progress goes to stderr: stdout belongs to the script.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Returns when node_modules agrees with the lockfile; throws an Error fit for printing when it cannot be had. */
export async function ensureInstalled(root) {
  const wanted = fingerprint(root);
  const stamp = join(root, 'node_modules', '.portcullis-installed');
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isCurrent()) return;
  const release = await takeLock(join(root, '.portcullis'), 'install.lock');
  try {
    if (isCurrent()) return;
    const start = Date.now();
    process.stderr.write('Installing what the lockfile names (once) …\n');
    await install(root);
    writeFileSync(stamp, wanted);
    process.stderr.write(`Installed in ${((Date.now() - start) / 1000).toFixed(1)} s.\n`);
  } finally {
    release();
  }
}

/** Changes with the lockfile, with any package.json of the workspace, and with the machine. */
function fingerprint(root) {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const group of ['apps', 'packages']) {
    const names = existsSync(join(root, group)) ? readdirSync(join(root, group)).sort() : [];
    files.push(...names.map((name) => join(group, name, 'package.json')));
  }
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of files.filter((one) => existsSync(join(root, one)))) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

async function install(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const options = ['install', '--frozen-lockfile', '--reporter=append-only'];
  const own = join(root, 'node_modules', '.bin', 'pnpm');
  const first = existsSync(own) ? await run(root, own, options) : null;
  if (first?.code === 0) return;
  // A half-made node_modules may hold a pnpm that does not work.
  const { code, output } = await run(root, 'npx', ['-y', packageManager, ...options]);
  if (code === 0) return;
  throw new Error(
    `${output.trimEnd().split('\n').slice(-30).join('\n')}\n\nThe installation failed (above: its last lines). ` +
      'Check that the package registry can be reached (npm ping) and that the disk has 2 GB left, then run the command again.',
  );
}

function run(root, command, args) {
  const env = { ...process.env, CI: 'true', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  // Production would leave out the tools, and this asks nobody anything.
  delete env.NODE_ENV;
  env.PATH = `${join(root, 'node_modules', '.bin')}${delimiter}${env.PATH ?? ''}`;
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let shown = 0;
    const take = (bytes) => {
      output += bytes;
      const progress = [...String(bytes).matchAll(/Progress: (.*)/g)].at(-1)?.[1];
      if (progress && Date.now() - shown > 2000) {
        shown = Date.now();
        process.stderr.write(`  ${progress.trim()}\n`);
      }
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => resolve({ code: 1, output: `${output}\n${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Two commands at once in one checkout: the second waits for the first one's installation. */
async function takeLock(folder, name) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Error(`${folder} cannot be written: ${error.message}`);
    }
    if (isAbandoned(file)) rmSync(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isAbandoned(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH' || error.code === 'ERR_INVALID_ARG_TYPE';
  }
}
