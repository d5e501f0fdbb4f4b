import { type Command, InvalidArgumentError, Option } from 'commander';
import type { JobDetails, JobState, JobSummary, Queryable, WhichJobs } from '../jobs/queue.ts';
import { answer, CommandFailed, examples, type Io, type JsonOption, withJson } from './io.ts';

const STATES: readonly JobState[] = ['due', 'later', 'running', 'dead'];
const MOST = 1_000;
const DEADLINE_MS = 15_000;

/** Adds `jobs list | show | retry | discard`. */
export const registerJobs = (program: Command, io: Io): void => {
  const jobs = program
    .command('jobs')
    .description('the queue of the worker: what waits, what failed, and what to do about it');
  registerList(jobs, io);
  registerShow(jobs, io);
  registerChange(jobs, io, {
    name: 'retry',
    done: 'retried',
    description: 'give jobs all their attempts again, the first one now',
    note: 'Running jobs are left alone. A mail goes out only while there is a use for it: an old link is not mailed.',
    change: async (db, which) => (await import('../jobs/queue.ts')).retryJobs(db, which),
  });
  registerChange(jobs, io, {
    name: 'discard',
    done: 'discarded',
    description: 'remove jobs for good: their mails are never sent',
    note: 'Running jobs are left alone.',
    change: async (db, which) => (await import('../jobs/queue.ts')).discardJobs(db, which),
  });
};

const registerList = (jobs: Command, io: Io): void => {
  withJson(jobs.command('list'))
    .description('list jobs, dead letters first, then by when they run')
    .addOption(new Option('--state <state>', 'only jobs in this state').choices(STATES))
    .option('--limit <n>', `at most so many, up to ${MOST}`, asLimit, 100)
    .addHelpText(
      'after',
      `${examples('jobs list', 'jobs list --state dead', 'jobs list --state dead --limit 1000 --json')}

due: could run now; later: waits for its time or for its next attempt; running: a worker has it; dead: used up its
attempts and stays until it is retried or discarded, or as long as notices are kept.`,
    )
    .action(async ({ state, limit, ...options }: JsonOption & { state?: JobState; limit: number }) => {
      const { listJobs } = await import('../jobs/queue.ts');
      // One more tells whether there are more.
      const found = await withQueue(io, (db) =>
        listJobs(db, { ...(state === undefined ? {} : { state }), limit: limit + 1 }),
      );
      const shown = found.slice(0, limit);
      const more = found.length > limit;
      answer(io, options, { jobs: shown, more }, [
        ...(shown.length === 0 ? ['no jobs'] : table(shown)),
        ...(more ? [`more than ${limit}: see --limit`] : []),
      ]);
    });
};

const registerShow = (jobs: Command, io: Io): void => {
  withJson(jobs.command('show'))
    .description('print what is on record about a job, without addresses')
    .argument('<id>', 'as jobs list prints it', asId)
    .addHelpText('after', examples('jobs show 42', 'jobs show 42 --json'))
    .action(async (id: string, options: JsonOption) => {
      const { findJob } = await import('../jobs/queue.ts');
      const job = await withQueue(io, (db) => findJob(db, id));
      if (job === null) throw new CommandFailed('there is no such job');
      answer(io, options, job, details(job));
    });
};

interface Change {
  name: string;
  done: 'retried' | 'discarded';
  description: string;
  note: string;
  change: (db: Queryable, which: WhichJobs) => Promise<string[]>;
}

const registerChange = (jobs: Command, io: Io, { name, done, description, note, change }: Change): void => {
  const command = withJson(jobs.command(name))
    .description(description)
    .argument('[ids...]', 'as jobs list prints them', asIds)
    .option('--all-dead', 'every dead letter')
    .addHelpText(
      'after',
      `${examples(`jobs ${name} 42`, `jobs ${name} 42 43 --json`, `jobs ${name} --all-dead`)}

${note} Ends with 1 when a job that was named is not there or is running.`,
    );
  command.action(async (given: string[] | undefined, options: JsonOption & { allDead?: boolean }) => {
    const ids = [...new Set(given)];
    if (ids.length > 0 === (options.allDead === true))
      command.error('error: name jobs by their ids, or all dead letters by --all-dead', { exitCode: 2 });
    const changed = await withQueue(io, (db) =>
      change(db, options.allDead === true ? 'all dead' : { ids: ids }),
    );
    const left = ids.filter((id) => !changed.includes(id));
    answer(io, options, { [done]: changed, left }, [`${changed.length} ${done}`]);
    if (left.length === 0) return;
    io.err(`error: not there, or running: ${left.join(' ')}\n`);
    io.fail(1);
  });
};

/** Runs `work` on a connection of its own with a deadline on everything. */
const withQueue = async <T>(io: Io, work: (db: Queryable) => Promise<T>): Promise<T> => {
  const [{ default: pg }, { loadConfig }] = await Promise.all([import('pg'), import('../config.ts')]);
  const pool = new pg.Pool({
    connectionString: loadConfig(io.env).database.url,
    application_name: 'portcullis jobs',
    max: 1,
    connectionTimeoutMillis: DEADLINE_MS,
    query_timeout: DEADLINE_MS,
    statement_timeout: DEADLINE_MS,
  });
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } catch (error) {
    if (error instanceof Error && !('code' in error) && /timeout|terminated/i.test(error.message))
      throw new CommandFailed('Postgres did not answer in time; portcullis doctor says more');
    throw error;
  } finally {
    await pool.end();
  }
};

const table = (jobs: JobSummary[]): string[] => {
  const rows = jobs.map((job) => [
    job.id,
    job.state,
    job.kind === null ? job.task : `${job.task} ${job.kind}`,
    `${job.attempts}/${job.maxAttempts}`,
    job.runAt,
    job.lastError ?? '',
  ]);
  const all = [['ID', 'STATE', 'JOB', 'TRIES', 'RUNS AT', 'LAST ERROR'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

const details = (job: JobDetails): string[] =>
  Object.entries(job).map(([name, value]) => `${name.padEnd(14)} ${said(value)}`);

const said = (value: unknown): string => {
  if (value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const asId = (given: string): string => {
  if (!/^[1-9]\d{0,18}$/.test(given) || BigInt(given) > 9_223_372_036_854_775_807n)
    throw new InvalidArgumentError('a job has a number.');
  return given;
};

const asIds = (given: string, before: string[] | undefined): string[] => [...(before ?? []), asId(given)];

const asLimit = (given: string): number => {
  const limit = Number(given);
  if (!/^\d{1,6}$/.test(given) || limit < 1 || limit > MOST)
    throw new InvalidArgumentError(`give a number from 1 to ${MOST}.`);
  return limit;
};
