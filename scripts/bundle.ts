// `npm run bundle -- --out DIR`: what a container runs. DIR/api holds the service as plain JavaScript with its
// production dependencies, DIR/web the built client. docker/Dockerfile calls exactly this.
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { root, runCommand } from './command.ts';
import { secondsSince } from './lifetime.ts';
import { apiMain } from './state.ts';
import { viteProgram } from './web-build.ts';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
if (values.out === undefined) {
  process.stderr.write('Usage: npm run bundle -- --out DIR\n');
  process.exit(2);
}
const out = resolve(process.env['INIT_CWD'] ?? root, values.out);
const api = join(out, 'api');
const web = join(out, 'web');
if (existsSync(out) && readdirSync(out).length > 0) {
  process.stderr.write(`${out} is not empty: name a new folder\n`);
  process.exit(2);
}
mkdirSync(out, { recursive: true });

await stage('dependencies', installDependencies);
await stage('service', bundleService);
await stage('client', buildClient);

/** The api's production dependencies as the lockfile names them, and nothing else of the workspace. */
async function installDependencies(): Promise<void> {
  await run('pnpm', [
    ...['--filter', '@portcullis/api', 'deploy', '--prod', '--prefer-offline', '--ignore-scripts'],
    ...['--reporter=append-only', api],
  ]);
  // Sources came along; what runs is the bundle, in which they stand already.
  for (const name of readdirSync(api)) {
    if (name !== 'node_modules' && name !== 'package.json') rmSync(join(api, name), { recursive: true });
  }
  // The workspace's packages are in the bundle; the others' record of where pnpm keeps its store is no use elsewhere.
  const installed = globSync('node_modules/{@portcullis,.modules.yaml,.pnpm/@portcullis+*}', { cwd: api });
  for (const one of installed) rmSync(join(api, one), { recursive: true });
  const file = join(api, 'package.json');
  const { name, version, license, type } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  writeFileSync(file, `${JSON.stringify({ name, version, license, type, private: true }, null, 2)}\n`);
}

/**
 * Node refuses TypeScript under node_modules, so the workspace's own packages are bundled, with what only they depend on;
 * the api's own dependencies stay outside.
 */
async function bundleService(): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(root, 'apps/api/package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const outside = Object.keys(manifest.dependencies).filter((name) => !name.startsWith('@portcullis/'));
  const bundle = await rolldown({
    input: { main: apiMain },
    cwd: join(root, 'apps/api'),
    platform: 'node',
    external: (id) => outside.some((name) => id === name || id.startsWith(`${name}/`)),
    // What cannot be resolved would only show when that line runs.
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  await bundle.write({
    dir: join(api, 'dist'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
  });
  await bundle.close();
}

async function buildClient(): Promise<void> {
  const { NODE_ENV: _, ...env } = process.env;
  await run(process.execPath, [viteProgram, 'build', '--outDir', web, '--emptyOutDir'], {
    cwd: join(root, 'apps/web'),
    env,
  });
}

async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  const { code, output } = await runCommand(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output.trimEnd()}`);
}

async function stage(name: string, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await work();
  process.stdout.write(`✓ ${name.padEnd(14)} ${secondsSince(start)}\n`);
}
