import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { lastLines } from '@portcullis/devstack/server-process';
import type { TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { runService } from './keys.ts';
import { startNginx } from './nginx.ts';
import { type PostgresCluster, startPostgresCluster } from './postgres-cluster.ts';
import { createProgram, type Program } from './program.ts';
import { type RedisSet, startRedisSet } from './redis-set.ts';
import { takeSnapshot } from './snapshot.ts';
import { createUndo, type Undo } from '@portcullis/devstack/undo';
import { freePort } from '@portcullis/devstack/ports';

/** A process that takes part in the protocol, with the two lines over which it reaches its stores. */
export interface Instance {
  readonly index: number;
  readonly program: Program;
  readonly port: number;
  readonly opsPort: number;
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy;
}

/** Where clients send a request: an instance, or nginx before all of them. */
export interface Entrance {
  name: string;
  port: number;
}

export interface ProofStack {
  readonly dir: string;
  readonly instances: readonly Instance[];
  readonly worker: { program: Program; postgres: TcpProxy; opsPort: number };
  readonly postgres: PostgresCluster;
  readonly redis: RedisSet;
  readonly mailbox: Mailbox;
  readonly entrances: readonly Entrance[];
  /** The application's database over a line that no fault touches: for the driver itself. */
  readonly databaseUrl: string;
  /** What every process of the service has in its environment, but for its own lines and ports. */
  readonly env: Record<string, string>;
  /** The same for an operator's commands: over a line that no fault touches. */
  readonly operatorEnv: Record<string, string>;
  /** The copy of the checkout that runs, and its program. */
  readonly checkout: string;
  readonly apiMain: string;
  /** How lives of the processes ended that no fault ended. */
  readonly surprises: string[];
  stop(): Promise<void>;
}

export interface StackOptions {
  instances: number;
  leaseSeconds: number;
  refreshWindowSeconds: number;
  /** The checkout whose service runs. */
  checkout: string;
  /** Settings of the service beside those of a run. */
  env?: Record<string, string>;
  /** Changes the copy of the service before it is started: for builds with a part removed. */
  change?: (snapshot: string) => void;
  say: (line: string) => void;
}

const CLOCK = join(import.meta.dirname, 'skewed-clock.mjs');

/** Starts everything. What is up when something fails is stopped again. */
export const startProofStack = async (options: StackOptions): Promise<ProofStack> => {
  const undo = createUndo((error) => options.say(`while stopping: ${String(error)}`));
  try {
    return await launch(options, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
};

const launch = async (options: StackOptions, undo: Undo): Promise<ProofStack> => {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-proof-'));
  undo.add(() => rmSync(dir, { recursive: true, force: true }));
  const checkout = takeSnapshot(options.checkout, join(dir, 'service'));
  options.change?.(checkout);
  const apiMain = join(checkout, 'apps/api/src/main.ts');
  const keys = JSON.parse(await runService(apiMain, checkout, ['keys', 'generate', '--json'])) as Record<
    string,
    string
  >;
  const [postgres, redis, mailbox] = await Promise.all([
    startPostgresCluster(dir, undo),
    startRedisSet(dir, undo),
    startMailbox(),
  ]);
  undo.add(() => mailbox.stop());
  const [driver, index] = [await postgres.door(), await redis.door()];
  const ports = await Promise.all(Array.from({ length: options.instances * 2 + 1 }, () => freePort()));
  const surprises: string[] = [];
  const instancePorts = ports.slice(0, options.instances);
  const nginx = await startNginx(dir, instancePorts, undo);
  const env = { ...environment(options, nginx), ...keys, SMTP_URL: mailbox.smtpUrl, ...options.env };
  await runService(apiMain, checkout, ['migrate'], { ...env, DATABASE_URL: driver.url });
  const start = async (name: string, command: string, own: Record<string, string>, opsPort: number) => {
    const program = createProgram(
      {
        name,
        args: ['--import', CLOCK, apiMain, command],
        cwd: checkout,
        env: { ...env, ...own, OPS_PORT: String(opsPort) },
        readyUrl: `http://127.0.0.1:${opsPort}/readyz`,
        logFile: join(dir, `${name}.log`),
      },
      (how) => {
        // SIGTERM ends only who was told to stop before it listened for that; from then on it ends with a code.
        if (['SIGKILL', 'SIGABRT', 'SIGTERM', 'exit code 0'].includes(how)) return;
        surprises.push(`${name} ended with ${how}:\n${lastLines(join(dir, `${name}.log`), 12)}`);
      },
    );
    undo.add(() => program.kill());
    await program.start();
    return program;
  };
  const instances = await Promise.all(
    instancePorts.map(async (port, index): Promise<Instance> => {
      const [toPostgres, toRedis] = [await postgres.door(), await redis.door()];
      const opsPort = ports[options.instances + index] as number;
      const own = { DATABASE_URL: toPostgres.url, REDIS_URL: toRedis.url, PORT: String(port) };
      const program = await start(`api-${index}`, 'serve', own, opsPort);
      return { index, program, port, opsPort, postgres: toPostgres.proxy, redis: toRedis.proxy };
    }),
  );
  const workerDoor = await postgres.door();
  const opsPort = ports.at(-1) as number;
  const worker = {
    program: await start('worker', 'worker', { DATABASE_URL: workerDoor.url }, opsPort),
    postgres: workerDoor.proxy,
    opsPort,
  };
  await Promise.all([...instances.map(({ program }) => program.ready()), worker.program.ready()]);
  const entrances = [
    ...instances.map(({ index, port }) => ({ name: `api-${index}`, port })),
    { name: 'nginx', port: nginx },
  ];
  const stop = () => undo.run();
  return {
    ...{ dir, instances, worker, postgres, redis, mailbox, entrances, databaseUrl: driver.url, env, apiMain },
    ...{ surprises, stop, checkout, operatorEnv: { ...env, DATABASE_URL: driver.url, REDIS_URL: index.url } },
  };
};

const environment = (options: StackOptions, nginxPort: number): Record<string, string> => ({
  NODE_ENV: 'test',
  LOG_LEVEL: 'warn',
  PUBLIC_URL: `http://127.0.0.1:${nginxPort}`,
  TRUST_PROXY: '127.0.0.1',
  PORTCULLIS_RATE_LIMITS: 'relaxed',
  PORTCULLIS_LEASE_SECONDS: String(options.leaseSeconds),
  PORTCULLIS_REFRESH_WINDOW_SECONDS: String(options.refreshWindowSeconds),
  PORTCULLIS_ACCESS_TOKEN_SECONDS: '86000',
  // What a hash costs is not what is proven here.
  PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
  PORTCULLIS_ARGON2_PASSES: '1',
});
