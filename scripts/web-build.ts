import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runCommand } from './command.ts';

const SOURCES = [
  'apps/web/index.html',
  'apps/web/package.json',
  'apps/web/public',
  'apps/web/src',
  'apps/web/vite.config.ts',
  'packages/contracts/src',
  'pnpm-lock.yaml',
];

/** Vite's own program: a wrapper in between would outlive the signal that ends it. */
export const viteProgram = join(root, 'apps/web/node_modules/vite/bin/vite.js');

/**
 * Builds the web client into apps/web/dist, unless what is there was made from the same sources.
 *
 * @returns false when there was nothing to do
 * @throws Error with the build's output
 */
export async function buildWeb(): Promise<boolean> {
  const stamp = join(root, 'apps/web/dist/.sources');
  const sources = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return false;
  const { NODE_ENV: _, ...env } = process.env;
  const { code, output } = await runCommand(process.execPath, [viteProgram, 'build'], {
    cwd: join(root, 'apps/web'),
    env,
  });
  if (code !== 0) throw new Error(`The web client could not be built:\n${output}`);
  writeFileSync(stamp, sources);
  return true;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesIn(join(root, source)))) {
    hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .toSorted();
}
