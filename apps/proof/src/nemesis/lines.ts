import type { TcpProxy } from '@portcullis/devstack/tcp-proxy';
import type { Random } from '../random.ts';
import { anyInstance, type Fault, type FaultContext, healing } from './fault.ts';

const group = 'processes and lines';

/** One of an instance's two lines, or both. */
const anyLines = (context: FaultContext): TcpProxy[] => {
  const { postgres, redis } = anyInstance(context);
  return context.random.pick([[postgres], [redis], [redis], [postgres, redis]]);
};

const onLines = async (
  context: FaultContext,
  inject: (line: TcpProxy, random: Random) => void,
  least = 1_000,
  most = 5_000,
): Promise<void> => {
  const lines = anyLines(context);
  await healing(
    async () => {
      for (const line of lines) inject(line, context.random);
      await context.hold(context.random.between(least, most));
    },
    () => {
      for (const line of lines) line.mend();
    },
  );
};

const direction = (random: Random) => random.pick(['toServer', 'toClient'] as const);

/** A planned cut fires at the first match, or is forgotten. */
const cutOnCommit = async (context: FaultContext, when: 'before' | 'after'): Promise<void> => {
  const { postgres } = anyInstance(context);
  await healing(
    async () => {
      for (let turn = 0; turn < 6; turn += 1)
        await Promise.race([postgres.cutOn('COMMIT', 'toServer', when), context.hold(1_000)]);
    },
    () => postgres.mend(),
  );
};

export const lineFaults: readonly Fault[] = [
  {
    name: 'lines are slow and jittery',
    covers: ['FI-11', 'FI-13'],
    group,
    weight: 3,
    run: (context) =>
      onLines(context, (line, random) => {
        line.latency(random.pick([5, 30, 120, 400]));
        line.jitter(random.pick([10, 100, 600]), () => random.fraction());
      }),
  },
  {
    name: 'lines carry a few hundred bytes a second',
    covers: ['FI-11'],
    group,
    weight: 1,
    run: (context) => onLines(context, (line, random) => line.throttle(random.pick([1, 300, 3_000]))),
  },
  {
    name: 'lines accept and never answer (half open)',
    covers: ['FI-8', 'FI-26'],
    group,
    weight: 2,
    run: (context) =>
      onLines(context, (line) => {
        line.cut();
        line.halfOpen();
      }),
  },
  {
    name: 'connections are reset',
    covers: ['FI-8', 'FI-26'],
    group,
    weight: 3,
    run: (context) => onLines(context, (line) => line.cut(), 100, 600),
  },
  {
    name: 'lines are refused',
    covers: ['FI-8'],
    group,
    weight: 2,
    run: (context) => onLines(context, (line) => line.refuse(), 1_000, 6_000),
  },
  {
    name: 'one direction is held back and arrives late',
    covers: ['FI-8', 'FI-11'],
    group,
    weight: 4,
    run: (context) => onLines(context, (line, random) => line.pause(direction(random)), 500, 4_500),
  },
  {
    name: 'one direction is lost (one-way cut)',
    covers: ['FI-8'],
    group,
    weight: 2,
    run: (context) => onLines(context, (line, random) => line.drop(direction(random)), 500, 4_000),
  },
  {
    name: 'the line is cut just after COMMIT was forwarded',
    covers: ['FI-14'],
    group,
    weight: 3,
    run: (context) => cutOnCommit(context, 'after'),
  },
  {
    name: 'the line is cut just before COMMIT was forwarded',
    covers: ['FI-14'],
    group,
    weight: 2,
    run: (context) => cutOnCommit(context, 'before'),
  },
  {
    name: 'an instance is cut off from Postgres and Redis',
    covers: ['FI-8', 'FI-10'],
    group,
    weight: 2,
    run: async (context) => {
      const { postgres, redis } = anyInstance(context);
      await healing(
        async () => {
          for (const line of [postgres, redis]) line.refuse();
          await context.hold(context.leaseMs * context.random.between(0.5, 1.5));
        },
        () => {
          for (const line of [postgres, redis]) line.mend();
        },
      );
    },
  },
  {
    name: 'the worker is killed in the middle of a mail',
    covers: ['FI-16'],
    group,
    weight: 1,
    run: async (context) => {
      const { mailbox, worker } = context.stack;
      await healing(
        async () => {
          const taken = new Promise<void>((resolve) => mailbox.beforeReply(() => resolve()));
          await Promise.race([taken, context.hold(2_500)]);
          await worker.program.kill();
        },
        async () => {
          mailbox.beforeReply(null);
          await worker.program.start();
        },
      );
    },
  },
  {
    name: 'the mail server stalls, then refuses for a while',
    covers: ['FI-18'],
    group,
    weight: 1,
    run: async (context) => {
      const { mailbox } = context.stack;
      await healing(
        async () => {
          mailbox.stall(true);
          await context.hold(context.random.between(1_000, 3_000));
          mailbox.stall(false);
          mailbox.refuse(451);
          await context.hold(1_000);
        },
        () => {
          mailbox.stall(false);
          mailbox.refuse(null);
        },
      );
    },
  },
];
