import { resetPassword } from '../../src/services/account/reset-password.ts';
import { startInstance } from './instance.ts';

/** A process of its own that dies at one step of a reset: `node killed-at.ts <database> <redis> <step> <link secret>`. */
const [databaseUrl = '', redisUrl = '', step, token = ''] = process.argv.slice(2);
const instance = await startInstance({
  databaseUrl,
  redisUrl,
  at: async (now) => {
    if (now === step) process.kill(process.pid, 'SIGKILL');
    // Nothing after the signal may run.
    if (now === step) await new Promise(() => {});
  },
});
await resetPassword(instance.ctx(), { token, newPassword: 'another passphrase 2' });
process.stdout.write('survived');
process.exit(0);
