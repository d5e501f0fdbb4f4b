import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { freePort } from '@portcullis/devstack/ports';
import { type PostgresServer, startPostgres } from '@portcullis/devstack/postgres';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/migrate.ts';
import { runProgram, type Service, startService } from '../support/service.ts';
import { QueueView } from '../support/worker.ts';

const PATIENT = { timeout: 60_000 };
const LONG = 180_000;

let dir: string;
let postgres: PostgresServer;
let mailbox: Mailbox;
let smtp: TcpProxy;
let queue: QueueView;
let service: Service;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'portcullis-worker-'));
  postgres = await startPostgres({
    dir,
    settings: { fsync: 'off', full_page_writes: 'off', log_min_messages: 'fatal' },
  });
  await migrate(postgres.url);
  mailbox = await startMailbox();
  smtp = await startTcpProxyTo(mailbox.smtpUrl, 25);
}, LONG);
afterAll(async () => {
  await smtp.stop();
  await mailbox.stop();
  await postgres.destroy();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  queue = new QueueView(postgres.url);
  await queue.rows('DELETE FROM graphile_worker._private_jobs');
  mailbox.clear();
});
afterEach(async () => {
  smtp.mend();
  postgres.resume();
  await service.stop('SIGKILL');
  await queue.close();
}, LONG);

const settings = () => ({ DATABASE_URL: postgres.url, SMTP_URL: smtp.through(mailbox.smtpUrl) });
const untilDone = () => expect.poll(() => queue.jobs().catch(() => null), PATIENT).toEqual([]);
const readiness = async (opsUrl: string) => {
  const response = await fetch(`${opsUrl}/readyz`).catch(() => null);
  return response?.status ?? 0;
};
const receivers = () => mailbox.mails().map((mail) => mail.to[0]?.Address ?? '');

it(
  'started while Postgres is away: alive and not ready; it works once Postgres comes up',
  async () => {
    await queue.addMail('early@example.test');
    await postgres.stop();
    const port = await freePort();
    const opsUrl = `http://127.0.0.1:${port}`;
    service = runProgram(['worker'], { ...settings(), OPS_PORT: String(port) });
    await expect.poll(() => readiness(opsUrl), PATIENT).toBe(503);
    expect((await fetch(`${opsUrl}/livez`)).status).toBe(200);
    expect(service.logs().map(({ msg }) => msg)).not.toContain('working');
    await postgres.restart();
    await expect.poll(() => receivers(), PATIENT).toEqual(['early@example.test']);
    await expect.poll(() => readiness(opsUrl), PATIENT).toBe(200);
    expect(await service.stop()).toBe(0);
  },
  LONG,
);

it(
  'told to stop while Postgres is away from the start: it ends',
  async () => {
    await postgres.stop();
    const port = await freePort();
    service = runProgram(['worker'], { ...settings(), OPS_PORT: String(port) });
    await expect.poll(() => readiness(`http://127.0.0.1:${port}`), PATIENT).toBe(503);
    expect(await service.stop()).toBe(0);
    await postgres.restart();
  },
  LONG,
);

describe.each([
  ['restarted', () => postgres.restart()],
  [
    'killed',
    async () => {
      await postgres.kill();
      await postgres.restart();
    },
  ],
] as const)('Postgres %s while the worker works', (_, again) => {
  it(
    'the process lives, no mail is lost and none goes out twice',
    async () => {
      service = await startService('worker', settings());
      const expected = Array.from({ length: 40 }, (_, n) => `person-${n}@example.test`);
      for (const to of expected) await queue.addMail(to);
      await expect.poll(() => mailbox.mails().length, PATIENT).toBeGreaterThan(5);
      await again();
      await untilDone();
      expect(new Set(receivers())).toEqual(new Set(expected));
      expect(receivers()).toHaveLength(expected.length);
      expect(service.hasEnded()).toBe(false);
      await expect.poll(() => readiness(service.opsUrl), PATIENT).toBe(200);
      await queue.addMail('afterwards@example.test');
      await expect.poll(() => receivers(), PATIENT).toContain('afterwards@example.test');
      expect(await service.stop()).toBe(0);
      expect(service.output()).not.toMatch(/@example\.test|UnhandledPromise/);
    },
    LONG,
  );
});

it(
  'Postgres hangs for longer than any deadline: the worker goes on once it answers',
  async () => {
    service = await startService('worker', settings());
    await queue.addMail('before@example.test');
    await untilDone();
    postgres.suspend();
    await expect.poll(() => readiness(service.opsUrl), PATIENT).toBe(503);
    // Every statement of the queue that was under way has been given up by then.
    await expect.poll(() => service.output(), PATIENT).toMatch(/could not look for dead workers/);
    postgres.resume();
    await queue.addMail('after@example.test');
    await expect.poll(() => receivers(), PATIENT).toContain('after@example.test');
    await expect.poll(() => readiness(service.opsUrl), PATIENT).toBe(200);
    expect(await service.stop()).toBe(0);
  },
  LONG,
);

it(
  'told to stop while Postgres hangs: it ends all the same, and its job is free for others',
  async () => {
    smtp.halfOpen();
    service = await startService('worker', settings());
    await queue.addMail('stuck@example.test');
    await expect
      .poll(
        () => queue.rows('SELECT 1 FROM portcullis.notice WHERE taken_at IS NOT NULL AND sent_at IS NULL'),
        PATIENT,
      )
      .toHaveLength(1);
    postgres.suspend();
    expect(await service.stop()).toBe(0);
    postgres.resume();
    smtp.mend();
    service = await startService('worker', settings());
    await untilDone();
    expect(receivers()).toEqual(['stuck@example.test']);
  },
  LONG,
);
