import type { Database } from '../../src/db/database.ts';
import type { Sender } from '../../src/services/mail/context.ts';
import { QUICK_MAIL_TIMES, startTestWorker } from './worker.ts';

/**
 * A worker in a process of its own that dies by SIGKILL at one step of a mail job:
 * `node worker-process.ts <database> <smtp> <step>`.
 */
export type MailStep = 'before the take' | 'taken' | 'link minted' | 'accepted' | 'recorded' | 'never';

const [databaseUrl = '', smtpUrl = '', step = 'never'] = process.argv.slice(2);

const dieAt = async (now: MailStep): Promise<void> => {
  if (now !== step) return;
  process.kill(process.pid, 'SIGKILL');
  // Nothing after the signal may run.
  await new Promise(() => {});
};

let lastWritten = '';
const onQuery = (sql: string): void => {
  if (sql.includes('UPDATE portcullis.notice SET taken_at = clock_timestamp()')) lastWritten = 'take';
  if (sql.includes('SET sent_at')) lastWritten = 'record';
};

const wrapDatabase = (real: Database): Database =>
  new Proxy(real, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'write') return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: Parameters<Database['write']>) => {
        if (lastWritten === '') await dieAt('before the take');
        const result: unknown = await target.write(...args);
        if (lastWritten === 'take') await dieAt('taken');
        if (lastWritten === 'record') await dieAt('recorded');
        return result;
      };
    },
  });

const wrapSender = (real: Sender): Sender => ({
  send: async (mail, signal) => {
    await dieAt('link minted');
    await real.send(mail, signal);
    await dieAt('accepted');
  },
});

const mailTimes = QUICK_MAIL_TIMES;
await startTestWorker({ databaseUrl, smtpUrl, onQuery, wrapDatabase, wrapSender, mailTimes });
process.stdout.write('working\n');
// The queue's own timers and sockets do not have to keep this process alive.
setInterval(() => {}, 1_000);
