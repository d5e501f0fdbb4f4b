// `npm run portcullis -- <command>`: the program of the service, on the stack that runs from this checkout.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { findRunningStack } from '../packages/devstack/src/stack.ts';
import { apiMain, stateFolder } from './state.ts';

const args = process.argv.slice(2);
const env = environment();
const child = spawn(process.execPath, [apiMain, ...args], { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
process.on('disconnect', () => child.kill('SIGTERM'));
process.channel?.unref();
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));

/** Whoever names a database means that one; otherwise the running stack's, with its keys and addresses. */
function environment(): NodeJS.ProcessEnv {
  if (process.env['DATABASE_URL'] || process.env['DATABASE_URL_FILE']) return process.env;
  const running = findRunningStack(stateFolder());
  // What is set by hand wins over the stack.
  if (running) return { ...running.env, ...process.env };
  const needsNone = args.length === 0 || args.some((arg) => ['--help', '-h', '--version'].includes(arg));
  if (!needsNone && !['keys', 'help', 'config', 'mails'].includes(args[0] ?? '')) {
    process.stderr.write(
      'No DATABASE_URL is set and no stack of this checkout runs. Start one with npm start in another terminal, or set DATABASE_URL.\n',
    );
    process.exit(1);
  }
  return process.env;
}
