import { runService } from '../stack/keys.ts';
import type { RedisNode } from '../stack/redis-set.ts';
import { addressOf } from '../stack/redis-set.ts';
import { anyInstance, type Fault, type FaultContext, healing } from './fault.ts';

const group = 'stores';

const others = ({ stack }: FaultContext): RedisNode[] =>
  stack.redis.nodes.filter((node) => node !== stack.redis.main);

const aside = (context: FaultContext): RedisNode => context.random.pick(others(context));

const alone = (node: RedisNode) => node.ask((client) => client.sendCommand(['REPLICAOF', 'NO', 'ONE']));

const historyOf = async (node: RedisNode): Promise<string> => {
  const info = await node.ask((client) => client.info('replication'));
  return /^master_replid:(\w+)/m.exec(info)?.[1] ?? '';
};

/** A replica that has everything up to now and nothing of what comes: its line is held. */
const laggingReplica = async (context: FaultContext): Promise<RedisNode> => {
  const { redis } = context.stack;
  const replica = aside(context);
  await redis.follow(replica, redis.main);
  redis.line.pause();
  return replica;
};

/** Long enough for sessions that the replica knows as live to be revoked elsewhere. */
const letItLag = (context: FaultContext) => context.hold(context.random.between(600, 2_000));

export const redisFaults: readonly Fault[] = [
  {
    name: 'Redis is killed and comes back empty',
    covers: ['FI-4'],
    group,
    weight: 4,
    run: async (context) => {
      const { main } = context.stack.redis;
      await main.server.kill();
      await context.hold(context.random.between(0, 3_000));
      await main.restartFrom('nothing');
    },
  },
  {
    name: 'Redis is stopped and comes back with its data',
    covers: ['FI-3'],
    group,
    weight: 2,
    run: async (context) => {
      const { main } = context.stack.redis;
      await main.dump();
      await main.restartFrom('dump');
    },
  },
  {
    name: 'Redis is killed and comes back from an old dump',
    covers: ['FI-7'],
    group,
    weight: 4,
    run: async (context) => {
      const { main } = context.stack.redis;
      await main.dump();
      await letItLag(context);
      await main.server.kill();
      await context.hold(context.random.between(0, 1_500));
      await main.restartFrom('dump');
    },
  },
  {
    name: 'FLUSHALL',
    covers: ['FI-4'],
    group,
    weight: 3,
    run: async (context) => {
      for (let turn = 0; turn < 3; turn += 1) {
        await context.stack.redis.main.ask((client) => client.flushAll());
        await context.hold(context.random.between(100, 700));
      }
    },
  },
  {
    name: 'Redis is out of memory (maxmemory 1mb)',
    covers: ['FI-7'],
    group,
    weight: 2,
    run: async (context) => {
      const { main } = context.stack.redis;
      const limit = (memory: string) => main.ask((client) => client.configSet('maxmemory', memory));
      await healing(
        async () => {
          await limit('1mb');
          await context.hold(context.random.between(1_500, 4_000));
        },
        () => limit('0'),
      );
    },
  },
  {
    name: 'Redis cannot write its file and refuses writes (MISCONF)',
    covers: ['FI-22'],
    group,
    weight: 1,
    run: async (context) => {
      const { main } = context.stack.redis;
      const ask = (...command: string[]) => main.ask((client) => client.sendCommand(command));
      const { dir = '' } = await main.ask((client) => client.configGet('dir'));
      await healing(
        async () => {
          await ask('CONFIG', 'SET', 'save', '3600 1');
          // Nothing can be written there, as on a disk that is full.
          await ask('CONFIG', 'SET', 'dir', '/proc');
          await ask('BGSAVE').catch(() => undefined);
          await context.hold(context.random.between(1_500, 3_000));
        },
        async () => {
          await ask('CONFIG', 'SET', 'dir', dir);
          await ask('CONFIG', 'SET', 'save', '');
          await ask('BGSAVE').catch(() => undefined);
        },
      );
    },
  },
  {
    name: 'Redis is frozen (SIGSTOP)',
    covers: ['FI-11'],
    group,
    weight: 2,
    run: async (context) => {
      const { server } = context.stack.redis.main;
      await healing(
        async () => {
          server.suspend();
          await context.hold(context.random.between(300, 3_500));
        },
        () => server.resume(),
      );
    },
  },
  {
    name: 'Redis pauses its clients (CLIENT PAUSE)',
    covers: ['FI-11'],
    group,
    weight: 1,
    run: async (context) => {
      await context.stack.redis.main.ask((client) => client.sendCommand(['CLIENT', 'PAUSE', '2000', 'ALL']));
      await context.hold(2_200);
    },
  },
  {
    name: 'Redis runs a script that does not end for two seconds',
    covers: ['FI-11'],
    group,
    weight: 1,
    run: async (context) => {
      const busy =
        "local t = redis.call('TIME') while true do local n = redis.call('TIME') if n[1] - t[1] >= 2 then return 1 end end";
      await context.stack.redis.main.ask((client) => client.eval(busy)).catch(() => undefined);
    },
  },
  {
    name: 'Redis fails over to a replica that lacks writes',
    covers: ['FI-5'],
    group,
    weight: 4,
    run: async (context) => {
      const { redis } = context.stack;
      const old = redis.main;
      const replica = await laggingReplica(context);
      await letItLag(context);
      await old.server.kill();
      await alone(replica);
      redis.moveTo(replica);
      await old.restartFrom('nothing');
    },
  },
  {
    name: 'Redis fails over and back again in one process (demote, resynchronise, promote)',
    covers: ['FI-5b'],
    group,
    weight: 4,
    run: async (context) => {
      const { redis } = context.stack;
      const { main } = redis;
      const replica = await laggingReplica(context);
      await letItLag(context);
      await alone(replica);
      // The main one loses what it was told since, with its clients still connected.
      await redis.follow(main, replica);
      await context.hold(context.random.between(0, 500));
      await alone(main);
    },
  },
  {
    name: 'one instance is pointed at another Redis',
    covers: ['FI-6', 'FI-26'],
    group,
    weight: 3,
    run: async (context) => {
      const instance = anyInstance(context);
      const before = instance.redis.target;
      await healing(
        async () => {
          instance.redis.retarget(addressOf(aside(context)));
          await context.hold(context.random.between(2_000, 5_000));
        },
        () => instance.redis.retarget(before),
      );
    },
  },
  {
    name: 'split brain: one instance stays with the old Redis, the others move to a promoted replica',
    covers: ['FI-6'],
    group,
    weight: 3,
    run: async (context) => {
      const { redis } = context.stack;
      const { main } = redis;
      const left = anyInstance(context);
      const replica = await laggingReplica(context);
      await letItLag(context);
      await alone(replica);
      redis.moveTo(replica);
      left.redis.retarget(addressOf(main));
      await context.hold(context.random.between(1_500, 4_500));
      // The old one joins the new one as its replica: whoever still asks it must notice.
      await redis.follow(main, replica);
      await context.hold(context.random.between(500, 1_500));
      left.redis.retarget(addressOf(replica));
      await alone(main);
    },
  },
  {
    name: 'a partition: one instance and the old Redis here; Postgres, the others and a promoted replica there',
    covers: ['FI-6', 'FI-8'],
    group,
    weight: 4,
    run: async (context) => {
      const { redis } = context.stack;
      const { main } = redis;
      const left = anyInstance(context);
      const replica = await laggingReplica(context);
      await letItLag(context);
      left.postgres.refuse();
      await healing(
        async () => {
          await alone(replica);
          redis.moveTo(replica);
          left.redis.retarget(addressOf(main));
          await context.hold(context.leaseMs * context.random.between(1.3, 2.8));
        },
        async () => {
          left.postgres.mend();
          await redis.follow(main, replica);
          left.redis.retarget(addressOf(replica));
          await alone(main);
        },
      );
    },
  },
  {
    name: 'an operator adopts a promoted replica while one instance is cut off with the old Redis',
    covers: ['FI-6', 'FI-8'],
    group,
    weight: 2,
    run: async (context) => {
      const { redis, apiMain, checkout, operatorEnv } = context.stack;
      const { main } = redis;
      const left = anyInstance(context);
      const replica = await laggingReplica(context);
      await letItLag(context);
      await healing(
        async () => {
          await alone(replica);
          redis.moveTo(replica);
          left.redis.retarget(addressOf(main));
          const adopt = ['index', 'adopt', await historyOf(replica)];
          const adopted = runService(apiMain, checkout, adopt, operatorEnv);
          adopted.catch(() => undefined);
          // A command takes its time to start: somewhere before it is heard the one that is left hears nothing more.
          await context.hold(context.random.between(0, 2_500));
          left.postgres.pause('toClient');
          await adopted;
          await context.hold(context.leaseMs * context.random.between(0.7, 1.5));
        },
        async () => {
          left.postgres.mend();
          await redis.follow(main, replica);
          left.redis.retarget(addressOf(replica));
          await alone(main);
        },
      );
    },
  },
];
