import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { FENCE, RELEASE } from '@portcullis/authority/redis/scripts';
import { createHash } from 'node:crypto';
import { runService } from '../stack/keys.ts';
import { anyInstance, type Fault, type FaultContext, healing } from './fault.ts';

const group = 'processes and lines';
const shaOf = (script: string) => createHash('sha1').update(script).digest('hex');

/** Kills an instance when a pattern has passed on one of its lines and before its reply arrives. */
const killBehind = async (
  context: FaultContext,
  line: 'postgres' | 'redis',
  pattern: string,
): Promise<void> => {
  const instance = anyInstance(context);
  const proxy = instance[line];
  const passed = proxy.holdReplyTo(pattern, 'toServer');
  await healing(
    async () => {
      await Promise.race([passed, context.hold(3_000)]);
      await instance.program.kill();
    },
    async () => {
      proxy.mend();
      await context.hold(context.random.between(0, 800));
      await instance.program.start();
    },
  );
};

const ROTATION_GRACE_MS = 2_000;
const RINGS = ['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', 'PORTCULLIS_SECRET'] as const;

/** As docs say: an instance that has not heard of a key refuses what was made with it, so they hear of it first. */
const rotateKeys = async ({ stack, hold, isOver }: FaultContext): Promise<void> => {
  const keys = async (env: Record<string, string>, ...args: string[]) =>
    runService(stack.apiMain, stack.checkout, ['keys', ...args, '--json'], env);
  const current = () => Object.fromEntries(RINGS.map((name) => [name, stack.env[name] ?? '']));
  const replaceAll = async (ring: Record<string, string>) => {
    Object.assign(stack.env, ring);
    for (const { program } of stack.instances) {
      // Instances with the ring of before and of after the step work together: that is what the steps are for.
      if (isOver()) return;
      Object.assign(program.env, ring);
      await program.stop(ROTATION_GRACE_MS);
      await program.start();
      for (let tries = 0; tries < 40 && !(await program.isReady()); tries += 1) await hold(100);
    }
  };
  const kidsOf = async (ring: Record<string, string>) =>
    (JSON.parse(await keys(ring, 'list')) as { kid: string }[]).map(({ kid }) => kid);
  const known = await kidsOf(current());
  const announced = JSON.parse(await keys(current(), 'rotate', '--announce')) as Record<string, string>;
  const made = (await kidsOf(announced)).filter((kid) => !known.includes(kid));
  await replaceAll(announced);
  let promoted = announced;
  for (const kid of made)
    promoted = JSON.parse(await keys(promoted, 'promote', kid)) as Record<string, string>;
  await replaceAll(promoted);
};

export const processFaults: readonly Fault[] = [
  {
    name: 'an instance is killed (SIGKILL)',
    covers: ['FI-1', 'FI-20'],
    group,
    weight: 4,
    run: async (context) => {
      const { program } = anyInstance(context);
      await program.kill();
      await context.hold(context.random.between(0, 2_000));
      await program.start();
    },
  },
  {
    name: 'an instance is killed between COMMIT and its answer',
    covers: ['FI-1', 'FI-14'],
    group,
    weight: 3,
    run: (context) => killBehind(context, 'postgres', 'COMMIT'),
  },
  {
    name: 'an instance is killed between FENCE and its answer',
    covers: ['FI-1'],
    group,
    weight: 2,
    run: (context) => killBehind(context, 'redis', shaOf(FENCE)),
  },
  {
    name: 'an instance is killed between RELEASE and its answer',
    covers: ['FI-1'],
    group,
    weight: 2,
    run: (context) => killBehind(context, 'redis', shaOf(RELEASE)),
  },
  {
    name: 'an instance crashes (SIGABRT)',
    covers: ['FI-2'],
    group,
    weight: 1,
    run: async (context) => {
      const { program } = anyInstance(context);
      program.signal('SIGABRT');
      await context.hold(500);
      await program.kill();
      await program.start();
    },
  },
  {
    name: 'an instance is frozen for longer than the lease (SIGSTOP)',
    covers: ['FI-9'],
    group,
    weight: 4,
    run: async (context) => {
      const { program } = anyInstance(context);
      await healing(
        async () => {
          program.suspend();
          await context.hold(context.leaseMs * context.random.between(1.05, 1.8));
        },
        () => program.resume(),
      );
    },
  },
  {
    name: 'an instance stutters (short SIGSTOPs)',
    covers: ['FI-9', 'FI-23'],
    group,
    weight: 2,
    run: async (context) => {
      const { program } = anyInstance(context);
      await healing(
        async () => {
          for (let turn = 0; turn < 12; turn += 1) {
            program.suspend();
            await context.hold(context.random.between(20, 300));
            program.resume();
            await context.hold(context.random.between(10, 150));
          }
        },
        () => program.resume(),
      );
    },
  },
  {
    name: 'an instance is replaced while it works (SIGTERM, then a new one)',
    covers: ['FI-24'],
    group,
    weight: 2,
    run: async (context) => {
      const { program } = anyInstance(context);
      await program.stop();
      await program.start();
    },
  },
  {
    name: 'an instance runs with wrong clocks (90 s to an hour off, 3 % fast or slow)',
    covers: ['FI-19'],
    group,
    weight: 2,
    run: async (context) => {
      const { random } = context;
      const { program } = anyInstance(context);
      const offsetMs = random.pick([-3_600_000, -90_000, 90_000, 3_600_000]);
      const rate = random.pick([0.97, 1.03]);
      await program.kill();
      await healing(
        async () => {
          await program.start({
            PROOF_CLOCK: JSON.stringify({ offsetMs, rate, stepMs: random.pick([-90_000, 90_000]) }),
          });
          await context.hold(random.between(3_000, 5_000));
          // The wall clock is stepped under the running process, and back again.
          program.signal('SIGUSR2');
          await context.hold(random.between(1_500, 3_000));
          program.signal('SIGUSR2');
          await context.hold(1_500);
        },
        async () => {
          await program.kill();
          await program.start();
        },
      );
    },
  },
  {
    name: 'an instance has almost no file descriptors left (prlimit)',
    covers: ['FI-23'],
    group,
    weight: 1,
    run: async (context) => {
      const { program } = anyInstance(context);
      const pid = program.pid();
      if (pid === null) return;
      const limit = (count: string) =>
        promisify(execFile)('prlimit', ['--pid', String(pid), `--nofile=${count}`]).catch(() => undefined);
      await healing(
        async () => {
          await limit('40:40000');
          await context.hold(context.random.between(2_000, 4_000));
        },
        () => limit('20000:40000'),
      );
    },
  },
  {
    name: 'keys are rotated while everybody works (announced, then promoted; every instance replaced twice)',
    covers: ['FI-25', 'FI-24'],
    group,
    weight: 1,
    run: rotateKeys,
  },
  {
    name: 'the processors are busy with something else',
    covers: ['FI-23'],
    group,
    weight: 1,
    run: async (context) => {
      const burner = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
      await healing(
        () => context.hold(context.random.between(2_000, 4_000)),
        () => void burner.kill('SIGKILL'),
      );
    },
  },
];
