import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem, type } from 'node:os';
import type { ProofStack } from '../stack/stack.ts';

/** What ran, and on what. */
export interface Versions {
  commit: string;
  node: string;
  postgres: string;
  redis: string;
  nginx: string;
  system: string;
  processors: string;
  memoryGiB: number;
  /** Load of the machine when the run ended: what else it had to do. */
  load: number;
}

export const readVersions = async (stack: ProofStack, checkout: string): Promise<Versions> => {
  const processors = cpus();
  const postgres = await stack.postgres.asAdmin(async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? 'unknown';
  });
  const info = await stack.redis.main.ask((client) => client.info('server'));
  return {
    commit: output('git', ['-C', checkout, 'describe', '--always', '--dirty']),
    node: process.version,
    postgres,
    redis: /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown',
    nginx: /nginx\/(\S+)/.exec(output('nginx', ['-v']))?.[1] ?? 'unknown',
    system: `${type()} ${process.arch}`,
    processors: `${processors.length} × ${processors[0]?.model ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
};

/** Both streams of a short command; empty when it cannot be run. */
const output = (command: string, args: string[]): string => {
  try {
    return execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', command, ...args], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
};
