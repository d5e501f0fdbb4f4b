import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.ts';

/** What never belongs to the sources, where git is not there to say so. */
const PRODUCED = new Set([
  '.git',
  'node_modules',
  'dist',
  '.turbo',
  '.portcullis',
  'test-results',
  'playwright-report',
]);

/** The checkout's own files, new ones included, relative to its root. */
export function checkoutFiles(): string[] {
  const git = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const files = git.status === 0 ? git.stdout.split('\n').filter(Boolean) : filesUnder('');
  return files.filter((file) => existsSync(join(root, file)));
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !PRODUCED.has(entry.name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}
