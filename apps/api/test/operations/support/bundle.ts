import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const repository = resolve(import.meta.dirname, '../../../../..');

/** The commands of the Dockerfile's first stage, without what only a container has. */
export const buildCommands = (): string[] =>
  [...readFileSync(join(repository, 'docker/Dockerfile'), 'utf8').matchAll(/^RUN (.*)$/gm)].map(
    ([, command]) => command ?? '',
  );

/** Runs what the Dockerfile runs, once for all files of the suite, into a folder outside the workspace. */
export default async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-image-'));
  // Another user is to run it.
  chmodSync(folder, 0o755);
  for (const command of buildCommands())
    await promisify(execFile)('sh', ['-euc', command.replaceAll('/out', folder)], {
      cwd: repository,
      maxBuffer: 64 * 1024 * 1024,
    });
  process.env['PORTCULLIS_TEST_BUNDLE'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What a container finds under /out. */
export const bundle = (): { api: string; web: string } => {
  const folder = process.env['PORTCULLIS_TEST_BUNDLE'];
  if (!folder) throw new Error('PORTCULLIS_TEST_BUNDLE is not set: run the suite through vitest.config.ts');
  return { api: join(folder, 'api'), web: join(folder, 'web') };
};
