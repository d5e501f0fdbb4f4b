import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface LockedInstall {
  /** The folder with `package.json`, `package-lock.json` and the programs. */
  source: string;
  /** Of the cache folder. */
  name: string;
  /** Files that run beside what is installed; copied each time. */
  programs: readonly string[];
  /** Told before anything is downloaded. */
  installing: () => void;
}

/** Installs outside the workspace into a cache folder, once for each state of the lockfile. @returns the folder */
export const installLocked = async (options: LockedInstall): Promise<string> => {
  const { source, name, programs, installing } = options;
  const lockfile = readFileSync(join(source, 'package-lock.json'));
  const state = createHash('sha256').update(lockfile).digest('hex').slice(0, 12);
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'portcullis', `${name}-${state}`);
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', ...programs])
    copyFileSync(join(source, file), join(folder, file));
  const mark = join(folder, '.complete');
  if (existsSync(mark)) return folder;
  installing();
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    maxBuffer: 16 * 1024 * 1024,
  });
  writeFileSync(mark, '');
  return folder;
};

/** The versions that its `package.json` names. */
export const lockedVersions = (source: string): Record<string, string> => {
  const { dependencies } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
};
