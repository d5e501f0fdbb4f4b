// What `npm start` and `npm run dev` have in common: stores, keys, schema, demo account, API and worker.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../packages/devstack/src/ports.ts';
import { type RunningStack, type Stack, startStack } from '../packages/devstack/src/stack.ts';
import { endCommands, runCommand } from './command.ts';
import { developmentKeys } from './keys.ts';
import { secondsSince, whenToldToStop } from './lifetime.ts';
import { createServices, type Services } from './services.ts';
import { apiMain, stateFolder } from './state.ts';

/** A development stack on its way up. */
export interface Development {
  stack: Stack;
  services: Services;
  ports: { web: number; api: number; ops: number; workerOps: number };
  /** The environment of every command of the service. */
  env: Record<string, string>;
  /** Runs one part of the start, with its name and its seconds printed. */
  stage<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Brings the schema up to date and makes sure of the demo account. */
  prepareDatabase(): Promise<{ email: string; password: string }>;
  /** Starts API and worker and waits for them. */
  startService(): Promise<void>;
  /** Prints where everything is and lets the other commands of the checkout find it. */
  announce(demo: { email: string; password: string }): void;
}

/**
 * Runs a start to its end: any failure stops what is already up, prints the reason and exits with 1; Ctrl-C stops all
 * and exits with 0.
 */
export async function develop(
  title: string,
  work: (development: Development) => Promise<void>,
): Promise<void> {
  let starting: Promise<Stack> | null = null;
  let isOver = false;
  const end = async (code: number) => {
    if (isOver) return new Promise<never>(() => {});
    isOver = true;
    endCommands();
    await services.stop();
    // A stack on its way up is waited for: half of it could not be stopped.
    await (await starting?.catch(() => null))?.stop();
    return code;
  };
  const fail = async (reason: string) => {
    if (isOver) return;
    say(`\n✗ ${reason}\n`);
    process.exit(await end(1));
  };
  const services = createServices(join(stateFolder(), 'logs'), (reason) => void fail(reason));
  whenToldToStop(async () => {
    say('\nStopping …');
    return end(0);
  });
  say(`${title}\n`);
  try {
    const stages: Record<string, number> = {};
    starting = startStack({
      dir: stateFolder(),
      databaseUrl: process.env['DATABASE_URL'],
      redisUrl: process.env['REDIS_URL'],
      smtpUrl: process.env['SMTP_URL'],
    });
    const up = starting;
    const stack = await stage(stages, 'Postgres, Redis, mailbox', () => up);
    if (!isOver) await work(await compose(stack, services, stages));
  } catch (error) {
    await fail(error instanceof Error ? error.message : String(error));
  }
}

async function compose(
  stack: Stack,
  services: Services,
  stages: Record<string, number>,
): Promise<Development> {
  mkdirSync(stateFolder(), { recursive: true });
  const ports = await choosePorts();
  const keys = await stage(stages, 'Keys', () => developmentKeys(stateFolder()));
  const env: Record<string, string> = {
    DATABASE_URL: stack.postgres.url,
    ...(stack.redis ? { REDIS_URL: stack.redis.url } : {}),
    SMTP_URL: stack.smtpUrl,
    PORT: String(ports.api),
    OPS_PORT: String(ports.ops),
    PUBLIC_URL: `http://localhost:${ports.web}`,
    NODE_ENV: 'development',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
    PORTCULLIS_RATE_LIMITS: 'relaxed',
    ...keys,
  };
  return {
    stack,
    services,
    ports,
    env,
    stage: (name, work) => stage(stages, name, work),
    prepareDatabase: async () => {
      await stage(stages, 'Migrations', () => runService(env, 'migrate'));
      return stage(stages, 'Demo account', async () => {
        const { stdout } = await runService(env, 'seed', '--json');
        return JSON.parse(stdout) as { email: string; password: string };
      });
    },
    startService: () => stage(stages, 'API and worker', () => startService(services, env, ports)),
    announce: (demo) => announce({ stack, ports, env, stages, demo }),
  };
}

async function choosePorts(): Promise<Development['ports']> {
  const preferred = (name: string, otherwise: number) => Number(process.env[name] || otherwise);
  const web = await freePort(preferred('PORT_WEB', 5173));
  const api = await freePort(preferred('PORT', 3000));
  const ops = await freePort(preferred('OPS_PORT', 9000));
  return { web, api, ops, workerOps: await freePort(ops + 1) };
}

async function runService(env: Record<string, string>, ...args: string[]) {
  const outcome = await runCommand(process.execPath, [apiMain, ...args], { env: { ...process.env, ...env } });
  if (outcome.code !== 0) throw new Error(`${args.join(' ')} failed:\n${outcome.output.trimEnd()}`);
  return outcome;
}

async function startService(
  services: Services,
  env: Record<string, string>,
  ports: Development['ports'],
): Promise<void> {
  const all = { ...process.env, ...env };
  await services.start({ name: 'api', args: [apiMain, 'serve'], env: all });
  await services.start({
    name: 'worker',
    args: [apiMain, 'worker'],
    env: { ...all, OPS_PORT: String(ports.workerOps) },
  });
  await services.ready('api', `http://127.0.0.1:${ports.ops}/readyz`);
  await services.ready('worker', `http://127.0.0.1:${ports.workerOps}/readyz`);
}

function announce(up: {
  stack: Stack;
  ports: Development['ports'];
  env: Record<string, string>;
  stages: Record<string, number>;
  demo: RunningStack['demo'] & {};
}): void {
  const { stack, ports, env, stages, demo } = up;
  const urls: Record<string, string> = {
    App: `http://localhost:${ports.web}`,
    API: `http://localhost:${ports.api}`,
    Ops: `http://localhost:${ports.ops}/readyz`,
    ...(stack.mailbox ? { Mailbox: stack.mailbox.httpUrl } : {}),
  };
  stack.announce({ pid: process.pid, env, urls, demo, stages });
  say('');
  for (const [name, url] of Object.entries(urls)) say(`  ${name.padEnd(9)} ${url}`);
  say(`\n  Sign in as ${demo.email} with ${demo.password}`);
  say('\n  Rate limits are relaxed, as always in development.');
  if (!stack.redis) {
    say(
      `  Without Redis (${stack.withoutRedis}): verification is answered from Postgres, correct and slower.`,
    );
  }
  say('\nCtrl-C stops everything; the data stay.');
}

async function stage<T>(stages: Record<string, number>, name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  stages[name] = Math.round(performance.now() - start);
  say(`✓ ${name.padEnd(26)} ${secondsSince(start)}`);
  return result;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
