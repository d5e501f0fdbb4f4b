import type { Fault } from './fault.ts';
import { healing } from './fault.ts';

const group = 'stores';

const APPLICATION = `application_name LIKE 'portcullis%' AND pid <> pg_backend_pid()`;

export const postgresFaults: readonly Fault[] = [
  {
    name: 'Postgres ends connections (pg_terminate_backend)',
    covers: ['FI-12'],
    group,
    weight: 3,
    run: async (context) => {
      const { random, stack } = context;
      for (let turn = 0; turn < 5; turn += 1) {
        const share = random.pick([0.2, 1]);
        await stack.postgres.asAdmin((client) =>
          client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${APPLICATION} AND random() < $1`,
            [share],
          ),
        );
        await context.hold(random.between(100, 800));
      }
    },
  },
  {
    name: 'a process of Postgres is killed, and the server recovers',
    covers: ['FI-12'],
    group,
    weight: 2,
    run: async ({ stack }) => {
      const { rows } = await stack.postgres.asAdmin((client) =>
        client.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE ${APPLICATION} AND backend_type = 'client backend' LIMIT 1`,
        ),
      );
      const [victim] = rows;
      if (victim !== undefined) process.kill(victim.pid, 'SIGKILL');
    },
  },
  {
    name: 'Postgres stops at once and starts again',
    covers: ['FI-12'],
    group,
    weight: 2,
    run: async (context) => {
      const { primary } = context.stack.postgres;
      await primary.stop('immediate');
      await context.hold(context.random.between(0, context.leaseMs * 1.3));
      await primary.restart();
    },
  },
  {
    name: 'Postgres is killed with all its processes and starts again',
    covers: ['FI-12'],
    group,
    weight: 1,
    run: async (context) => {
      const { primary } = context.stack.postgres;
      await primary.kill();
      await context.hold(context.random.between(0, 1_500));
      await primary.restart();
    },
  },
  {
    name: 'Postgres is frozen (SIGSTOP)',
    covers: ['FI-13'],
    group,
    weight: 2,
    run: async (context) => {
      const { primary } = context.stack.postgres;
      await healing(
        async () => {
          primary.suspend();
          await context.hold(context.random.between(300, 4_000));
        },
        () => primary.resume(),
      );
    },
  },
  {
    name: 'somebody else holds locks in Postgres',
    covers: ['FI-13'],
    group,
    weight: 1,
    run: (context) =>
      context.stack.postgres.asAdmin(async (client) => {
        const table = context.random.pick(['account', 'session', 'index_generation', 'index_lease']);
        await client.query(
          `BEGIN; SET LOCAL lock_timeout = '2s'; LOCK TABLE portcullis.${table} IN ACCESS EXCLUSIVE MODE`,
        );
        await context.hold(context.random.between(500, 2_500));
        await client.query('ROLLBACK');
      }),
  },
  {
    name: 'Postgres has no connections left',
    covers: ['FI-13'],
    group,
    weight: 1,
    run: async (context) => {
      const { postgres } = context.stack;
      const limit = (count: number) =>
        postgres.asAdmin((client) => client.query(`ALTER ROLE portcullis CONNECTION LIMIT ${count}`));
      await healing(
        async () => {
          await limit(8);
          await postgres.asAdmin((client) =>
            client.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${APPLICATION} AND random() < 0.7`,
            ),
          );
          await context.hold(context.random.between(1_500, 3_500));
        },
        () => limit(-1),
      );
    },
  },
  {
    name: 'commits wait for a synchronous standby that is silent',
    covers: ['FI-15', 'FI-14'],
    group,
    weight: 1,
    run: async (context) => {
      const { postgres } = context.stack;
      await healing(
        async () => {
          await postgres.attachStandby();
          await context.hold(500);
          postgres.standby?.suspend();
          await context.hold(context.random.between(1_000, 4_000));
          postgres.standby?.resume();
        },
        async () => {
          postgres.standby?.resume();
          await postgres.dropStandby();
        },
      );
    },
  },
  {
    name: 'Postgres fails over to its synchronous standby',
    covers: ['FI-15'],
    group,
    weight: 2,
    run: async (context) => {
      const { postgres } = context.stack;
      await postgres.attachStandby();
      await context.hold(context.random.between(500, 2_000));
      await postgres.failOver();
    },
  },
  {
    name: 'Postgres and Redis are both gone',
    covers: ['FI-10'],
    group,
    weight: 1,
    run: async (context) => {
      const { postgres, redis } = context.stack;
      await healing(
        async () => {
          await Promise.all([postgres.primary.stop('immediate'), redis.main.server.kill()]);
          await context.hold(context.random.between(500, 2_500));
        },
        async () => {
          await Promise.all([postgres.primary.restart(), redis.main.restartFrom('nothing')]);
        },
      );
    },
  },
];
