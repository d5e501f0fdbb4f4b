import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { isAlive } from './server-process.ts';

/** The stores of a development stack; what it left on disk is there again at the next start. */
export interface Stack {
  readonly postgres: PostgresServer;
  /** Null when none could be had; `withoutRedis` says why. */
  readonly redis: RedisServer | null;
  readonly withoutRedis: string | null;
  /** Null when mails go to an SMTP server that was given by URL. */
  readonly mailbox: Mailbox | null;
  readonly smtpUrl: string;
  /** Says in the state folder where this stack is, for other commands of the checkout. */
  announce(running: RunningStack): void;
  stop(): Promise<void>;
}

/** What other commands need to know about a running stack; lies in `stack.json`, readable by its owner only. */
export interface RunningStack {
  /** The process that runs it. */
  pid: number;
  /** What a command of the service needs in its environment. */
  env: Record<string, string>;
  urls: Record<string, string>;
  /** The development account, once the seed made it. */
  demo?: { email: string; password: string };
  /** Milliseconds that each stage of the start took. */
  stages: Record<string, number>;
}

/** Options of {@link startStack}. */
export interface StackOptions {
  /** The state folder of the checkout. */
  dir: string;
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  smtpUrl?: string | undefined;
}

/**
 * Starts Postgres, Redis and the mailbox beside each other, each on its usual port or the next free one.
 *
 * @throws Error when a stack of this folder already runs, or a store does not start; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  mkdirSync(options.dir, { recursive: true, mode: 0o755 });
  const unlock = lock(options.dir);
  // What a killed predecessor announced is no longer true.
  rmSync(stackFile(options.dir), { force: true });
  let withoutRedis: string | null = null;
  const starts = await Promise.allSettled([
    startPostgres({ dir: options.dir, databaseUrl: options.databaseUrl, port: 54_320 }),
    startRedis({
      dir: options.dir,
      redisUrl: options.redisUrl,
      port: 63_790,
      explain: (reason) => (withoutRedis = reason),
    }),
    options.smtpUrl ? null : startMailbox({ httpPort: 8025, smtpPort: 1025 }),
  ]);
  const [postgres, redis, mailbox] = starts;
  if (postgres.status === 'rejected' || redis.status === 'rejected' || mailbox.status === 'rejected') {
    for (const one of starts) if (one.status === 'fulfilled') await one.value?.stop();
    unlock();
    const reasons = starts.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    throw new Error(reasons.map((reason) => reason.message).join('\n'));
  }
  return {
    postgres: postgres.value,
    redis: redis.value,
    withoutRedis,
    mailbox: mailbox.value,
    smtpUrl: options.smtpUrl ?? mailbox.value?.smtpUrl ?? '',
    announce: (running) =>
      writeFileSync(stackFile(options.dir), JSON.stringify(running, null, 2), { mode: 0o600 }),
    stop: async () => {
      rmSync(stackFile(options.dir), { force: true });
      const parts = [mailbox.value, redis.value, postgres.value].filter((part) => part !== null);
      const ends = await Promise.allSettled(parts.map((part) => part.stop()));
      unlock();
      const failure = ends.find((end) => end.status === 'rejected');
      if (failure) throw failure.reason;
    },
  };
}

/** The stack that runs from this state folder, or null. */
export function findRunningStack(dir: string): RunningStack | null {
  try {
    const running = JSON.parse(readFileSync(stackFile(dir), 'utf8')) as RunningStack;
    return isAlive(running.pid) ? running : null;
  } catch {
    return null;
  }
}

function stackFile(dir: string): string {
  return join(dir, 'stack.json');
}

function lock(dir: string): () => void {
  const file = join(dir, 'stack.lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder > 0 && isAlive(holder)) {
      const address = findRunningStack(dir)?.urls['App'];
      throw new Error(
        `A stack of this checkout already runs (process ${holder}${address ? `, ${address}` : ''}). ` +
          'Stop it first, or set PORTCULLIS_STATE_DIR to another folder for a second one.',
      );
    }
    rmSync(file, { force: true });
  }
  throw new Error(`${file} cannot be taken`);
}
