import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const source = resolve(import.meta.dirname, '../../peers');
const PROGRAMS = ['better-auth.mjs', 'express-session.mjs', 'session-table.mjs', 'jwt.mjs', 'serve.mjs'];

/** Installs what is compared with into a cache folder, once for each state of its lockfile. @returns the folder */
export const installPeers = async (say: (line: string) => void): Promise<string> => {
  const lockfile = readFileSync(join(source, 'package-lock.json'));
  const name = createHash('sha256').update(lockfile).digest('hex').slice(0, 12);
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'portcullis', `bench-peers-${name}`);
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', ...PROGRAMS])
    copyFileSync(join(source, file), join(folder, file));
  const mark = join(folder, '.complete');
  if (existsSync(mark)) return folder;
  say('Installing better-auth, express-session, connect-redis, jose and what they need (once) …');
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    maxBuffer: 16 * 1024 * 1024,
  });
  writeFileSync(mark, '');
  return folder;
};

/** The versions that are compared with. */
export const peerVersions = (): Record<string, string> => {
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
};
