import { isTrusted } from '@portcullis/authority/lease';
import type {
  GenerationStore,
  LeaseStore,
  SessionIndex,
  SessionStore,
  TrustedGeneration,
} from '@portcullis/authority/ports';
import type { PostgresSessionStore } from '@portcullis/authority/postgres/sessions';
import type { TestRedis } from '@portcullis/devstack/test-redis';
import { createClient } from 'redis';
import type { Instance } from './instance.ts';

/** The methods of a real index, bound, with some of them replaced: for `InstanceOptions.index`. */
export const changed =
  (change: (real: SessionIndex) => Partial<SessionIndex>) =>
  (real: SessionIndex): SessionIndex => ({
    read: real.read.bind(real),
    fill: real.fill.bind(real),
    fence: real.fence.bind(real),
    release: real.release.bind(real),
    reached: real.reached.bind(real),
    fenced: real.fenced.bind(real),
    removeOthers: real.removeOthers.bind(real),
    ...change(real),
  });

/** The same for `InstanceOptions.leases`. */
export const changedLeases =
  (change: (real: LeaseStore) => Partial<LeaseStore>) =>
  (real: LeaseStore): LeaseStore => ({
    poll: real.poll.bind(real),
    register: real.register.bind(real),
    markLeasesComplete: real.markLeasesComplete.bind(real),
    removeLease: real.removeLease.bind(real),
    ...change(real),
  });

/** The same for `InstanceOptions.sessions`. */
export const changedSessions =
  (change: (real: PostgresSessionStore) => Partial<SessionStore & GenerationStore>) =>
  (real: PostgresSessionStore): SessionStore & GenerationStore => ({
    truth: real.truth.bind(real),
    whileNobodyRevokes: real.whileNobodyRevokes.bind(real),
    transactionStatus: real.transactionStatus.bind(real),
    currentGeneration: real.currentGeneration.bind(real),
    ...change(real),
  });

/** The generation that this instance trusts, where it names a history. @throws Error when it has none. */
export const generationOf = (instance: Instance): TrustedGeneration => {
  const generation = instance.authority.lease.trust()?.generation;
  if (!generation || !isTrusted(generation)) throw new Error('the instance trusts no index');
  return generation;
};

/**
 * Ends the Redis of a test file. Copies of facts may stay, they end by themselves; a fence that is left is a leak.
 * @throws Error naming the keys that would stay for ever, or that belong to nobody
 */
export const finishRedis = async (redis: TestRedis): Promise<void> => {
  const forever: string[] = [];
  if (redis.pid !== null) {
    const client = await rawClient(redis);
    for await (const keys of client.scanIterator({ MATCH: 'pc:*', COUNT: 500 }))
      for (const key of keys)
        if ((await client.pTTL(key)) === -1)
          forever.push(`${key} ${JSON.stringify(await client.hGetAll(key))}`);
    client.destroy();
  }
  await redis.finish([/^pc:/]);
  if (forever.length > 0) throw new Error(`fences were left in Redis: ${forever.join(', ')}`);
};

/** A client of its own, which dies with its server. */
export const rawClient = async (redis: TestRedis) => {
  const client = createClient({ url: redis.url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};
