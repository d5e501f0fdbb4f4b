import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { hasApt } from './debian-package.ts';
import { onPath } from './redis-binary.ts';

/** Programs that come from the system and not from the lockfile. */
export type SystemProgram = 'chromium' | 'nginx';

/** Where it is; or why it is not there and the command that brings it. */
export type FoundProgram = { path: string } | { reason: string; command: string };

const names: Record<SystemProgram, string[]> = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  nginx: ['nginx'],
};

const elsewhere: Record<SystemProgram, string[]> = {
  chromium: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  nginx: ['/usr/sbin/nginx'],
};

/** Looks for a program, and installs the distribution's package when the caller is root. */
export async function findSystemProgram(name: SystemProgram): Promise<FoundProgram> {
  const there = locate(name);
  if (there !== null) return { path: there };
  const command = `apt-get update && apt-get install -y --no-install-recommends ${name}`;
  if (!hasApt())
    return { reason: `${name} is not installed`, command: `install ${name} and put it on the PATH` };
  if (process.getuid?.() !== 0)
    return { reason: `${name} is not installed, and only root can`, command: `sudo sh -c '${command}'` };
  try {
    await install(name);
  } catch (error) {
    const text = (error as { stderr?: string }).stderr?.trim() || String(error);
    return { reason: `${name} is not installed and apt failed: ${text.split('\n').at(-1)}`, command };
  }
  const installed = locate(name);
  return installed === null
    ? { reason: `${name} is not on the PATH after its installation`, command }
    : { path: installed };
}

function locate(name: SystemProgram): string | null {
  return onPath(...names[name]) ?? elsewhere[name].find((path) => existsSync(path)) ?? null;
}

/** Installing a server's package starts it on its default port, unless the system's policy says no. */
async function install(name: SystemProgram): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const bounds = {
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    await promisify(execFile)('apt-get', ['-q', 'update'], bounds);
    await promisify(execFile)('apt-get', ['-q', '-y', '--no-install-recommends', 'install', name], bounds);
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}
