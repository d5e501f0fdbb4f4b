import { randomUUID } from 'node:crypto';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView, startTestWorker } from '../support/worker.ts';

let database: TestDatabase;
let mailbox: Mailbox;
let queue: QueueView;
/** Everything any command of these tests printed. */
let printed = '';

beforeAll(async () => {
  mailbox = await startMailbox();
});
afterAll(async () => {
  await mailbox.stop();
  expect(printed).not.toMatch(/[\w.]+@[\w.]+/);
});
beforeEach(async () => {
  database = await freshDatabase();
  queue = new QueueView(database.url);
  mailbox.clear();
});
afterEach(async () => {
  await queue.close();
  await database.drop();
});

const portcullis = async (args: string[], env: Record<string, string> = {}) => {
  let [out, err] = ['', ''];
  const code = await run(args, {
    env: { DATABASE_URL: database.url, ...env },
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  printed += out + err;
  return { code, out, err };
};
const json = async (...args: string[]): Promise<unknown> => {
  const { code, out, err } = await portcullis(['jobs', ...args, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};

type State = 'due' | 'later' | 'running' | 'dead';
const HOW: Record<State, string> = {
  due: 'attempts = 1',
  later: "run_at = now() + interval '1 hour'",
  running: "locked_at = now(), locked_by = 'pool-1', attempts = 1",
  dead: `attempts = 10, last_error = 'SmtpError: 550 for "o''brien"@example.test'`,
};

/** @returns its id */
const addJob = async (state: State): Promise<string> => {
  const noticeId = randomUUID();
  await queue.rows('INSERT INTO portcullis.notice (id, kind, message_id) VALUES ($1, $2, $3)', [
    noticeId,
    'account_deleted',
    `<${noticeId}@portcullis>`,
  ]);
  const payload = { kind: 'account_deleted', noticeId, to: `o'brien=${state}@example.test` };
  const [job] = await queue.rows<{ id: string }>(
    `SELECT id::text FROM graphile_worker.add_job('mail', $1::json, max_attempts := 10)`,
    [JSON.stringify(payload)],
  );
  await queue.rows(`UPDATE graphile_worker._private_jobs SET ${HOW[state]} WHERE id = $1`, [job?.id]);
  return job?.id ?? '';
};
const one = async () => ({
  due: await addJob('due'),
  later: await addJob('later'),
  running: await addJob('running'),
  dead: await addJob('dead'),
});

describe('jobs list', () => {
  test('shows dead letters first, each job in its state, and no address', async () => {
    const ids = await one();
    const { jobs, more } = (await json('list')) as { jobs: { id: string; state: State }[]; more: boolean };
    expect(more).toBe(false);
    expect(jobs[0]).toEqual({
      id: ids.dead,
      task: 'mail',
      kind: 'account_deleted',
      state: 'dead',
      attempts: 10,
      maxAttempts: 10,
      runAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      lastError: 'SmtpError: 550 for [address]',
    });
    expect(Object.fromEntries(jobs.map(({ state, id }) => [state, id]))).toEqual(ids);
  });

  test.each(['due', 'later', 'running', 'dead'] as const)('--state %s shows these only', async (state) => {
    const ids = await one();
    expect(await json('list', '--state', state)).toMatchObject({
      jobs: [{ id: ids[state], state }],
      more: false,
    });
  });

  test('is bounded, and says so', async () => {
    for (let n = 0; n < 4; n += 1) await addJob('dead');
    expect(await json('list', '--limit', '3')).toMatchObject({ jobs: [{}, {}, {}], more: true });
    expect((await portcullis(['jobs', 'list', '--limit', '3'])).out).toContain('more than 3');
    expect(await json('list', '--limit', '4')).toMatchObject({ more: false });
  });

  test('for people it is a table; an empty queue says so', async () => {
    expect(await portcullis(['jobs', 'list'])).toEqual({ code: 0, out: 'no jobs\n', err: '' });
    const ids = await one();
    const { out } = await portcullis(['jobs', 'list']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ID +STATE +JOB +TRIES +RUNS AT +LAST ERROR$/);
    expect(lines[1]).toMatch(
      new RegExp(`^${ids.dead} +dead +mail account_deleted +10/10 +\\S+Z +SmtpError: 550`),
    );
    expect(lines).toHaveLength(5);
  });
});

describe('jobs show', () => {
  test('shows the payload without addresses', async () => {
    const { running } = await one();
    expect(await json('show', running)).toMatchObject({
      id: running,
      state: 'running',
      payload: { kind: 'account_deleted', to: '[address]', noticeId: expect.any(String) as string },
      lockedBy: 'pool-1',
    });
    expect((await portcullis(['jobs', 'show', running])).out).toMatch(/^lockedBy +pool-1$/m);
  });

  test('a job that is not there: 1', async () => {
    expect(await portcullis(['jobs', 'show', '4711', '--json'])).toEqual({
      code: 1,
      out: '',
      err: 'error: there is no such job\n',
    });
  });
});

describe('jobs retry and discard', () => {
  test('a dead letter that is retried gets all its attempts again and is mailed', async () => {
    const { dead } = await one();
    expect(await json('retry', dead)).toEqual({ retried: [dead], left: [] });
    expect(await json('show', dead)).toMatchObject({ state: 'due', attempts: 0 });
    await json('discard', ...(await others(dead)));
    const worker = await startTestWorker({ databaseUrl: database.url, smtpUrl: mailbox.smtpUrl });
    try {
      await mailbox.waitFor((mail) => mail.subject === 'Your account was deleted', 30_000);
    } finally {
      await worker.stop();
    }
  });

  const others = async (dead: string) =>
    (await queue.jobs()).filter((job) => job.id !== dead && job.locked_by === null).map((job) => job.id);

  test('--all-dead takes every dead letter and nothing else', async () => {
    const ids = await one();
    const dead = [ids.dead, await addJob('dead'), await addJob('dead')];
    expect(await json('retry', '--all-dead')).toEqual({ retried: dead, left: [] });
    expect(await json('list', '--state', 'dead')).toEqual({ jobs: [], more: false });
    expect(await json('show', ids.later)).toMatchObject({ state: 'later' });
    await queue.rows('UPDATE graphile_worker._private_jobs SET attempts = 10 WHERE id = ANY ($1::bigint[])', [
      dead,
    ]);
    expect(await json('discard', '--all-dead')).toEqual({ discarded: dead, left: [] });
    expect((await queue.jobs()).map((job) => job.id).sort()).toEqual(
      [ids.due, ids.later, ids.running].sort(),
    );
  });

  test('--all-dead takes more than one statement touches', async () => {
    await queue.rows(
      `SELECT graphile_worker.add_job('mail', json_build_object('n', n), max_attempts := 1) FROM generate_series(1, 2500) AS n`,
    );
    await queue.rows('UPDATE graphile_worker._private_jobs SET attempts = 1');
    const { discarded } = (await json('discard', '--all-dead')) as { discarded: string[] };
    expect(discarded).toHaveLength(2_500);
    expect(await queue.jobs()).toEqual([]);
  });

  test.each(['retry', 'discard'])(
    '%s leaves what runs or is not there, says so, and ends with 1',
    async (name) => {
      const { dead, running } = await one();
      const done = name === 'retry' ? 'retried' : 'discarded';
      const { code, out, err } = await portcullis(['jobs', name, dead, running, '4711', dead, '--json']);
      expect(code).toBe(1);
      expect(JSON.parse(out)).toEqual({ [done]: [dead], left: [running, '4711'] });
      expect(err).toBe(`error: not there, or running: ${running} 4711\n`);
      expect((await queue.jobs()).find((job) => job.id === running)).toMatchObject({
        attempts: 1,
        locked_by: 'pool-1',
      });
    },
  );
});

test.each([
  [['jobs']],
  [['jobs', 'bogus']],
  [['jobs', 'list', '--state', 'lost']],
  [['jobs', 'list', '--limit', '0']],
  [['jobs', 'list', '--limit', '1001']],
  [['jobs', 'list', '--limit', '1e3']],
  [['jobs', 'show']],
  [['jobs', 'show', 'x']],
  [['jobs', 'show', '9223372036854775808']],
  [['jobs', 'retry']],
  [['jobs', 'retry', '0']],
  [['jobs', 'retry', '-1']],
  [['jobs', 'retry', '1', '--all-dead']],
  [['jobs', 'discard', '--json']],
])('%j was called wrongly: 2, and nothing on standard output', async (args) => {
  const { code, out, err } = await portcullis(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).not.toBe('');
});

test.each(['list', 'show', 'retry', 'discard'])('jobs %s --help has examples', async (name) => {
  const { code, out } = await portcullis(['jobs', name, '--help']);
  expect(code).toBe(0);
  expect(out).toContain(`$ npm run --silent portcullis -- jobs ${name}`);
});

test('without a database, or without its schema, one line says what to do', async () => {
  const nowhere = await portcullis(['jobs', 'list'], {
    DATABASE_URL: 'postgres://nobody:hunter2-hunter2@127.0.0.1:1/none',
  });
  expect(nowhere).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('portcullis doctor') as string,
  });
  expect(nowhere.err).not.toContain('hunter2');
  await queue.rows('DROP SCHEMA graphile_worker CASCADE');
  const bare = await portcullis(['jobs', 'list']);
  expect(bare).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('portcullis migrate') as string,
  });
});
