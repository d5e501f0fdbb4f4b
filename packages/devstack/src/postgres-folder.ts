import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isTraversable, type Owner, type PostgresBinaries, publicFolder } from './postgres-binaries.ts';
import { isAlive, workingDirectory } from './server-process.ts';

/** What stays on disk between two starts of one Postgres. */
export interface PostgresFolder {
  dataDir: string;
  logFile: string;
  secrets: PostgresSecrets;
  /** Removes the data and everything else this folder holds. */
  remove(): void;
}

/** The passwords of the superuser and of the application's role. */
export interface PostgresSecrets {
  postgres: string;
  portcullis: string;
}

/**
 * Prepares the folder: creates the cluster at the first start, keeps it afterwards, and clears what a killed
 * predecessor left.
 *
 * @throws Error when another process uses the folder, or when its data belong to another major version
 */
export async function preparePostgresFolder(
  dir: string,
  binaries: PostgresBinaries,
  owner: Owner,
): Promise<PostgresFolder> {
  mkdirSync(dir, { recursive: true });
  const here = realpathSync(dir);
  const isReachable = owner.uid === undefined || isTraversable(here);
  const home = isReachable
    ? here
    : publicFolder(`portcullis-${createHash('sha256').update(here).digest('hex').slice(0, 16)}`);
  const dataDir = join(home, 'postgres');
  const secrets = readSecrets(join(here, 'postgres-passwords.json'), existsSync(join(dataDir, 'PG_VERSION')));
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    checkVersion(dataDir, binaries.major);
    await clearPredecessor(dataDir);
  } else {
    await createCluster(dataDir, binaries, owner, secrets);
  }
  return {
    dataDir,
    logFile: join(here, 'postgres.log'),
    secrets,
    remove: () => {
      rmSync(dataDir, { recursive: true, force: true });
      rmSync(join(here, 'postgres-passwords.json'), { force: true });
      if (home !== here) rmSync(home, { recursive: true, force: true });
    },
  };
}

function readSecrets(file: string, isNeeded: boolean): PostgresSecrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as PostgresSecrets;
  if (isNeeded)
    throw new Error(
      `the passwords of the existing database are gone (${file}): remove the folder to start anew`,
    );
  const secrets = {
    postgres: randomBytes(24).toString('base64url'),
    portcullis: randomBytes(24).toString('base64url'),
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

function checkVersion(dataDir: string, major: number): void {
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (found !== String(major)) {
    throw new Error(
      `${dataDir} was written by Postgres ${found} and this is ${major}: remove it to start anew`,
    );
  }
}

async function createCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  owner: Owner,
  secrets: PostgresSecrets,
): Promise<void> {
  // What an interrupted initdb left has no PG_VERSION or is not complete: start from nothing.
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { mode: 0o700 });
  const passwordFile = `${dataDir}.password`;
  writeFileSync(passwordFile, secrets.postgres, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(dataDir, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  const locale =
    binaries.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C'];
  const args = ['-D', dataDir, '-U', 'postgres', '--encoding=UTF8', ...locale, '--auth=scram-sha-256'];
  try {
    await promisify(execFile)(join(binaries.bin, 'initdb'), [...args, `--pwfile=${passwordFile}`], {
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      ...(owner.uid === undefined ? {} : { uid: owner.uid }),
      ...(owner.gid === undefined ? {} : { gid: owner.gid }),
    });
    chmodSync(dataDir, 0o700);
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`initdb failed: ${(error as { stderr?: string }).stderr || String(error)}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Two lock files tell who uses the data: `postmaster.pid`, and beside the data the process that started it. */
async function clearPredecessor(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  const postmaster = firstNumber(pidFile);
  if (postmaster === null) return;
  const starter = firstNumber(`${dataDir}.starter`);
  if (!isPostmaster(postmaster, dataDir)) {
    // The number was given to some other program since: Postgres itself would take that for a running server.
    rmSync(pidFile, { force: true });
    return;
  }
  if (starter !== null && starter !== process.pid && isAlive(starter)) {
    throw new Error(`${dataDir} is in use by process ${starter}: stop it first`);
  }
  process.kill(postmaster, 'SIGCONT');
  process.kill(postmaster, 'SIGINT');
  const deadline = performance.now() + 15_000;
  while (isPostmaster(postmaster, dataDir)) {
    if (performance.now() > deadline)
      throw new Error(`the left-over Postgres ${postmaster} does not end: kill it`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isPostmaster(pid: number, dataDir: string): boolean {
  if (!isAlive(pid)) return false;
  return process.platform === 'linux' ? workingDirectory(pid) === dataDir : true;
}

function firstNumber(file: string): number | null {
  try {
    const number = Number(readFileSync(file, 'utf8').split('\n')[0]);
    return Number.isInteger(number) && number > 0 ? number : null;
  } catch {
    return null;
  }
}
