import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hasApt, unpackDebianPackage } from './debian-package.ts';

/** A Redis that can be started. */
export interface RedisBinary {
  path: string;
  env: NodeJS.ProcessEnv;
}

/** Either the program, or why there is none and what would help. */
export type FoundRedis = { binary: RedisBinary } | { reason: string };

let found: Promise<FoundRedis> | undefined;

/** Looks on the PATH, then unpacks the distribution's package. Searched once per process. */
export function findRedisBinary(): Promise<FoundRedis> {
  found ??= search();
  return found;
}

/** The first executable of these names on the PATH, or null. */
export function onPath(...names: string[]): string | null {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return null;
}

async function search(): Promise<FoundRedis> {
  const installed = onPath('redis-server', 'valkey-server');
  if (installed !== null) return { binary: { path: installed, env: process.env } };
  const advice = 'set REDIS_URL or install one (apt-get install redis-server, brew install redis)';
  if (!hasApt()) return { reason: `no redis-server or valkey-server on the PATH: ${advice}` };
  try {
    const { root, libraryPath } = await unpackDebianPackage('redis-server');
    const binary = {
      path: join(root, 'usr/bin/redis-server'),
      env: { ...process.env, LD_LIBRARY_PATH: libraryPath },
    };
    execFileSync(binary.path, ['--version'], { env: binary.env, stdio: 'pipe' });
    return { binary };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { reason: `no redis-server on the PATH, and apt could not bring one (${cause}): ${advice}` };
  }
}
