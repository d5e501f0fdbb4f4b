import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { SmtpMailer, type SmtpSettings } from '../../src/adapters/smtp.ts';
import { createLogger } from '../../src/adapters/logger.ts';
import { systemClock, systemRandom } from '../../src/adapters/system.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { startWorker, type WorkerDeps } from '../../src/jobs/worker.ts';
import type { MailConfig, Sender } from '../../src/services/mail/context.ts';
import { settings } from './settings.ts';

/** No clean-up by itself: an empty table would make the library look for a file. */
const NEVER = '0 0 29 2 * clean_up';

const mailConfig: MailConfig = {
  publicUrl: 'http://localhost:5173',
  resetLinkSeconds: 1_800,
  emailChangeLinkSeconds: 3_600,
  undoLinkSeconds: 604_800,
};

/** Short, so that the notice of a dead sender falls free soon; what is tested is who sends, not how long it waits. */
export const QUICK_MAIL_TIMES = { leaseMs: 2_000, renewMs: 500 };

export interface WorkerOptions extends Pick<WorkerDeps, 'cleanUp' | 'mailTimes' | 'settings'> {
  databaseUrl: string;
  smtpUrl: string;
  smtp?: Partial<SmtpSettings>;
  /** Called with each statement of a verb. */
  onQuery?: (sql: string) => void;
  wrapSender?: (real: Sender) => Sender;
  wrapDatabase?: (real: Database) => Database;
}

export interface TestWorker {
  /** Everything it logged, at every level. */
  logs(): string;
  isWorking(): boolean;
  stop(): Promise<void>;
}

/** The worker of the program in this process, without its probes; quick at looking for work and for the dead. */
export const startTestWorker = async (options: WorkerOptions): Promise<TestWorker> => {
  const { databaseUrl, smtpUrl, onQuery } = options;
  const db = await openDatabase({ ...settings(databaseUrl), ...(onQuery ? { onQuery } : {}) }, systemClock);
  const mailer = new SmtpMailer({
    url: smtpUrl,
    from: 'Portcullis <no-reply@example.test>',
    ...options.smtp,
  });
  let logged = '';
  const log = createLogger({ level: 'debug', stream: { write: (line) => void (logged += line) } });
  const worker = await startWorker({
    databaseUrl,
    db: options.wrapDatabase?.(db) ?? db,
    mailer: options.wrapSender?.(mailer) ?? mailer,
    clock: systemClock,
    random: systemRandom,
    log,
    config: mailConfig,
    ...(options.cleanUp ? { cleanUp: options.cleanUp } : {}),
    ...(options.mailTimes ? { mailTimes: options.mailTimes } : {}),
    settings: { pollMs: 100, takeOverMs: 200, crontab: NEVER, ...options.settings },
  });
  return {
    logs: () => logged,
    isWorking: () => worker.isWorking(),
    stop: async () => {
      await worker.stop();
      mailer.close();
      await db.close();
    },
  };
};

export interface JobRow {
  id: string;
  attempts: number;
  max_attempts: number;
  locked_by: string | null;
  last_error: string | null;
  payload: Record<string, unknown>;
}

/** Looks at the queue and moves its clock, on a connection of its own. */
export class QueueView {
  readonly #pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl, max: 2, application_name: 'test queue' });
    this.#pool.on('error', () => undefined);
  }

  async rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.#pool.query<T>(sql, values)).rows;
  }

  jobs(): Promise<JobRow[]> {
    return this.rows('SELECT * FROM graphile_worker._private_jobs ORDER BY id');
  }

  /** A notice that needs no account, with its job. */
  async addMail(to: string): Promise<void> {
    const noticeId = randomUUID();
    await this.rows(
      `WITH notice AS (INSERT INTO portcullis.notice (id, kind, message_id) VALUES ($1, 'account_deleted', $2))
       SELECT graphile_worker.add_job('mail', $3::json, max_attempts := 10)`,
      [noticeId, `<${noticeId}@portcullis>`, JSON.stringify({ kind: 'account_deleted', noticeId, to })],
    );
  }

  /** What waits for its next attempt may be tried now: as if the back-off had passed. */
  async hurry(): Promise<void> {
    await this.rows('UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL');
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
