import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const source = resolve(import.meta.dirname, '../../peers');
const PROGRAMS = ['better-auth.mjs', 'express-session.mjs'];

/**
 * Installs the compared services into a cache folder, once for each state of their lockfile, and copies the adapters
 * beside them. @returns the folder
 */
export const installPeers = async (say: (line: string) => void): Promise<string> => {
  const lockfile = readFileSync(join(source, 'package-lock.json'));
  const name = createHash('sha256').update(lockfile).digest('hex').slice(0, 12);
  const folder = join(
    process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'portcullis',
    `peers-${name}`,
  );
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', ...PROGRAMS])
    copyFileSync(join(source, file), join(folder, file));
  const mark = join(folder, '.complete');
  if (existsSync(mark)) return folder;
  say('Installing better-auth, express-session and connect-redis (once) …');
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    maxBuffer: 16 * 1024 * 1024,
  });
  writeFileSync(mark, '');
  return folder;
};

/** The versions that the lockfile names. */
export const peerVersions = (): Record<string, string> => {
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
};
