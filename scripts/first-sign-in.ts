// Measures a cold start: from the command `npm start` on empty data to the first sign-in over HTTP.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRunningStack, type RunningStack } from '../packages/devstack/src/stack.ts';
import { root } from './command.ts';
import { secondsSince, whenToldToStop } from './lifetime.ts';

const dir = mkdtempSync(join(tmpdir(), 'portcullis-first-sign-in-'));
// Root's Postgres runs as another user, who has to get in.
chmodSync(dir, 0o711);
rmSync(join(root, 'apps/web/dist/.sources'), { force: true });
const began = performance.now();
const start = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'start'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, PORTCULLIS_STATE_DIR: dir },
});
let ended: number | null = null;
const over = new Promise<void>((resolve) => {
  start.once('exit', (code) => {
    ended = code ?? 1;
    resolve();
  });
});
whenToldToStop(async () => {
  await finish();
  return 130;
});

try {
  const running = await untilUp();
  const up = performance.now();
  await signIn(running);
  const stages = Object.entries(running.stages).map(([name, ms]) => row(name, `${(ms / 1000).toFixed(1)} s`));
  process.stdout.write(`${stages.join('\n')}\n${row('Sign-in', secondsSince(up))}\n`);
  process.stdout.write(`${row('From npm start to signed in', secondsSince(began))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await finish();
process.exit();

async function untilUp(): Promise<RunningStack> {
  for (;;) {
    const running = findRunningStack(dir);
    if (running) return running;
    if (ended !== null) throw new Error(`npm start ended with exit code ${ended}`);
    if (performance.now() - began > 300_000) throw new Error('npm start was not up after five minutes');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** As a browser would: through the web server, on its origin. */
async function signIn({ urls, demo }: RunningStack): Promise<void> {
  const origin = urls['App'] ?? '';
  const response = await fetch(`${origin}/trpc/session.signIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: demo?.email, password: demo?.password }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!response.ok || !cookie)
    throw new Error(`sign-in answered ${response.status}: ${await response.text()}`);
  const me = await fetch(`${origin}/trpc/account.me`, { headers: { cookie } });
  if (!me.ok) throw new Error(`the new session answered ${me.status}: ${await me.text()}`);
}

async function finish(): Promise<void> {
  if (ended === null) start.kill('SIGTERM');
  await over;
  rmSync(dir, { recursive: true, force: true });
}

function row(name: string, value: string): string {
  return `${name.padEnd(28)} ${value.padStart(8)}`;
}
