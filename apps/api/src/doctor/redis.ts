import { createClient } from 'redis';
import { within } from '../adapters/within.ts';
import type { Config } from '../config.ts';
import { type Check, codeOf, failed, failedIn, ok, warning } from './check.ts';

const DEADLINE_MS = 3_000;

export const examineRedis = async (config: Config): Promise<Check[]> => {
  if (config.redis === null)
    return [
      warning(
        'Redis',
        'is not configured: Postgres answers every session check',
        'Set REDIS_URL for fast checks.',
      ),
    ];
  const client = createClient({
    url: config.redis.url,
    socket: { connectTimeout: DEADLINE_MS, reconnectStrategy: false },
    disableOfflineQueue: true,
  });
  client.on('error', () => undefined);
  try {
    await within(DEADLINE_MS, client.connect());
    const [server, replication, memory] = await within(
      DEADLINE_MS,
      Promise.all([client.info('server'), client.info('replication'), client.info('memory')]),
    );
    return judge(config, `${server}\n${replication}\n${memory}`);
  } catch (error) {
    return [
      failed(
        'Redis',
        `cannot be used (${codeOf(error)})`,
        'Start it and check REDIS_URL, or unset it to go on without.',
      ),
    ];
  } finally {
    client.destroy();
  }
};

const judge = (config: Config, info: string): Check[] => {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\s*$`, 'm').exec(info)?.[1] ?? 'unknown';
  const isProduction = config.environment === 'production';
  const checks = [ok('Redis', `version ${value('redis_version')}`)];
  if (value('role') !== 'master')
    checks.push(failed('Redis role', `is a ${value('role')}`, 'Point REDIS_URL at the primary.'));
  const policy = value('maxmemory_policy');
  checks.push(
    policy === 'noeviction'
      ? ok('Redis eviction', 'noeviction')
      : failedIn(isProduction)(
          'Redis eviction',
          `maxmemory-policy is ${policy}`,
          'Set maxmemory-policy noeviction: an evicted fence could let one check contradict another (G2).',
        ),
  );
  return checks;
};
