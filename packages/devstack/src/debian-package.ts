import { execFile } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A package of the distribution, unpacked beside the system instead of installed into it. */
export interface UnpackedPackage {
  root: string;
  /** PATH-like list for `LD_LIBRARY_PATH`. */
  libraryPath: string;
}

/**
 * Downloads a package and those of its dependencies that the system lacks, and unpacks them into a cache folder. Needs
 * no rights: apt works on a state folder of its own, and no service is installed or started.
 *
 * @throws Error with the last line of apt when the package cannot be had
 */
export async function unpackDebianPackage(name: string): Promise<UnpackedPackage> {
  const cache = cacheFolder();
  const target = join(cache, `${name}-${systemName()}-${process.arch}`);
  if (!existsSync(join(target, '.complete'))) {
    mkdirSync(cache, { recursive: true });
    const partial = mkdtempSync(join(cache, `${name}-`));
    try {
      await download(name, join(partial, 'apt'));
      for (const file of globSync(join(partial, 'apt/cache/archives/*.deb'))) {
        await run('dpkg', ['-x', file, join(partial, 'root')]);
      }
      writeFileSync(join(partial, 'root', '.complete'), '');
      rmSync(target, { recursive: true, force: true });
      renameSync(join(partial, 'root'), target);
    } catch (error) {
      if (!existsSync(join(target, '.complete'))) throw readable(error);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  const folders = globSync(join(target, '{usr/,}lib/*-linux-gnu*'));
  return { root: target, libraryPath: folders.join(':') };
}

/** True where apt and dpkg are, whether or not the caller may install with them. */
export function hasApt(): boolean {
  return process.platform === 'linux' && existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg');
}

async function download(name: string, folder: string): Promise<void> {
  mkdirSync(join(folder, 'state/lists/partial'), { recursive: true });
  mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true });
  const options = [
    ['Dir::State', join(folder, 'state')],
    ['Dir::State::status', '/var/lib/dpkg/status'],
    ['Dir::Cache', join(folder, 'cache')],
    ['Debug::NoLocking', 'true'],
    ['APT::Sandbox::User', userInfo().username],
    ['Acquire::Retries', '2'],
    ['Acquire::http::Timeout', '20'],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const bounds = {
    timeout: 180_000,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  };
  await run('apt-get', [...options, '-q', 'update'], bounds);
  await run(
    'apt-get',
    [...options, '-q', '-y', '--no-install-recommends', '--download-only', 'install', name],
    bounds,
  );
}

function cacheFolder(): string {
  const home = homedir();
  const base = process.env['XDG_CACHE_HOME'] || (existsSync(home) ? join(home, '.cache') : tmpdir());
  return join(base, 'portcullis');
}

/** A cache in a home that several machines mount must not mix their libraries. */
function systemName(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    const field = (key: string) => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? '';
    return `${field('ID')}${field('VERSION_ID')}`.replaceAll(/[^\w.]/g, '') || 'linux';
  } catch {
    return 'linux';
  }
}

function readable(error: unknown): Error {
  const text = (error as { stderr?: string }).stderr?.trim() || String(error);
  return new Error(
    text.split('\n').findLast((line) => line.startsWith('E:')) ?? text.split('\n').at(-1) ?? text,
  );
}
