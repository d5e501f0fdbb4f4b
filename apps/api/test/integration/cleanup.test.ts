import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import type { Clock } from '../../src/ports.ts';
import { cleanUp } from '../../src/services/cleanup/clean-up.ts';
import { CLEAN_UP_POLICY, type CleanUpPolicy } from '../../src/services/cleanup/policy.ts';
import { settings } from '../support/settings.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView } from '../support/worker.ts';

let base: TestDatabase;
let db: Database;
let sql: QueueView;
let warned: string[] = [];
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields: object) => void warned.push(String((fields as { step?: string }).step)),
  error: () => undefined,
};

beforeEach(async () => {
  base = await freshDatabase();
  db = await openDatabase(settings(base.url), systemClock);
  sql = new QueueView(base.url);
  warned = [];
});
afterEach(async () => {
  await sql.close();
  await db.close();
  await base.drop();
});

const clean = (
  policy: Partial<CleanUpPolicy> = {},
  signal = new AbortController().signal,
  clock: Clock = systemClock,
) => cleanUp({ db, clock, log, policy: { ...CLEAN_UP_POLICY, ...policy } }, signal);
const ids = async (table: string, key = 'id') =>
  (await sql.rows<{ id: string }>(`SELECT ${key}::text AS id FROM portcullis.${table} ORDER BY 1`)).map(
    ({ id }) => id,
  );

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
/** An offset from the database's clock: `ago('30 days')` is just past, `ago('30 days', '-1 minute')` not yet. */
const ago = (interval: string, slack = '1 minute') => `now() - interval '${interval}' - interval '${slack}'`;

const account = async (n: number, deletedAt = 'NULL') => {
  await sql.rows(
    `INSERT INTO portcullis.account (id, email, email_key, password_hash, deleted_at) VALUES ('${uuid(n)}', 'a${n}@example.test', 'a${n}@example.test', '!', ${deletedAt})`,
  );
  return uuid(n);
};
interface SessionFacts {
  epoch?: number;
  expiresAt?: string;
  revokedAt?: string;
}
const session = (id: string, accountId: string, facts: SessionFacts = {}) => {
  const { epoch = 1, expiresAt = "now() + interval '1 day'", revokedAt } = facts;
  return sql.rows(
    `INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at, idle_seconds, idle_expires_at, expires_at, revoked_at, revoked_by)
     VALUES ('${id}', '${accountId}', ${epoch}, 'cookie', false, now(), now(), now(), 3600, ${expiresAt}, ${expiresAt}, ${revokedAt ?? 'NULL'}, ${revokedAt ? "'sign_out'" : 'NULL'})`,
  );
};
const epochEnd = (accountId: string, epoch: number, endedAt: string) =>
  sql.rows(
    `INSERT INTO portcullis.account_epoch (account_id, epoch, ended_at, cause, actor) VALUES ('${accountId}', ${epoch}, ${endedAt}, 'password_reset', 'link')`,
  );
const verification = (n: number, accountId: string, expiresAt: string) =>
  sql.rows(
    `INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, created_at, expires_at) VALUES ('${uuid(n)}', '${accountId}', 1, 'reset_password', decode(md5('${n}'), 'hex'), now(), ${expiresAt})`,
  );

describe('each step removes exactly what is past its retention', () => {
  it('registrations a day after they expired', async () => {
    for (const [n, at] of [
      [1, ago('1 day')],
      [2, ago('1 day', '-1 minute')],
      [3, "now() + interval '1 hour'"],
    ] as const)
      await sql.rows(
        `INSERT INTO portcullis.registration (id, email, email_key, password_hash, cookie_hash, created_at, expires_at) VALUES ('${uuid(n)}', 'x', 'x', '!', ''::bytea, now(), ${at})`,
      );
    expect(await clean()).toMatchObject({ registrations: 1 });
    expect(await ids('registration')).toEqual([uuid(2), uuid(3)]);
  });

  it('links seven days after they expired', async () => {
    const owner = await account(1);
    await verification(1, owner, ago('7 days'));
    await verification(2, owner, ago('7 days', '-1 minute'));
    await verification(3, owner, "now() + interval '1 hour'");
    expect(await clean()).toMatchObject({ verifications: 1 });
    expect(await ids('verification')).toEqual([uuid(2), uuid(3)]);
  });

  it('sessions 30 days after their end: expired, revoked, or of an epoch that ended; epochs after their sessions', async () => {
    const owner = await account(1);
    await session('expired', owner, { expiresAt: ago('30 days') });
    await session('expired-lately', owner, { expiresAt: ago('30 days', '-1 minute') });
    await session('revoked', owner, { revokedAt: ago('30 days') });
    await session('revoked-lately', owner, { revokedAt: ago('30 days', '-1 minute') });
    await session('live', owner, { epoch: 9 });
    await session('ended', owner, { epoch: 2 });
    await epochEnd(owner, 2, ago('30 days'));
    await session('ended-lately', owner, { epoch: 3 });
    await epochEnd(owner, 3, ago('30 days', '-1 minute'));
    // Nobody's sessions: the epoch goes at once.
    await epochEnd(owner, 4, ago('30 days'));
    // Another account's epoch of the same number says nothing about this one's.
    const other = await account(2);
    await session('other', other, { epoch: 2 });
    expect(await clean()).toMatchObject({
      'sessions that expired': 1,
      'sessions that were revoked': 1,
      'sessions of ended epochs': 1,
      epochs: 2,
    });
    expect(await ids('session')).toEqual([
      'ended-lately',
      'expired-lately',
      'live',
      'other',
      'revoked-lately',
    ]);
    expect(await ids('account_epoch', 'epoch')).toEqual(['3']);
  });

  it('an epoch stays as long as one of its sessions does', async () => {
    const owner = await account(1);
    for (let n = 0; n < 3; n += 1) await session(`s${n}`, owner, { epoch: 2 });
    await epochEnd(owner, 2, ago('30 days'));
    expect(await clean({ batch: 1, batches: 2 })).toMatchObject({ 'sessions of ended epochs': 2, epochs: 0 });
    expect(await clean()).toMatchObject({ 'sessions of ended epochs': 1, epochs: 1 });
  });

  it('what refers to a deleted account after a day, the account itself after 30', async () => {
    const fresh = await account(1, ago('1 day', '-1 minute'));
    const day = await account(2, ago('1 day'));
    const month = await account(3, ago('30 days'));
    const alive = await account(4);
    for (const [n, owner] of [fresh, day, month, alive].entries()) {
      await session(`s${n + 1}`, owner);
      await verification(n + 1, owner, "now() + interval '1 hour'");
    }
    expect(await clean()).toMatchObject({
      'sessions of deleted accounts': 2,
      'verifications of deleted accounts': 2,
      'deleted accounts': 1,
    });
    expect(await ids('session')).toEqual(['s1', 's4']);
    expect(await ids('verification')).toEqual([uuid(1), uuid(4)]);
    expect(await ids('account')).toEqual([uuid(1), uuid(2), uuid(4)]);
  });

  it('counts of failed sign-ins 30 days after the last one', async () => {
    for (const [n, at] of [ago('30 days'), ago('30 days', '-1 minute')].entries())
      await sql.rows(
        `INSERT INTO portcullis.sign_in_failure (key, failures, first_at, last_at) VALUES ('k${n}', 3, now() - interval '90 days', ${at})`,
      );
    expect(await clean()).toMatchObject({ 'counts of failed sign-ins': 1 });
    expect(await ids('sign_in_failure', "convert_from(key, 'UTF8')")).toEqual(['k1']);
  });

  it('feed rows after 7 days, notices after 30', async () => {
    for (const at of [ago('7 days'), ago('7 days', '-1 minute')])
      await sql.rows(
        `INSERT INTO portcullis.revocation_feed (account_id, epoch, type, cause, at) VALUES ('${uuid(1)}', 1, 'x', 'x', ${at})`,
      );
    for (const [n, at] of [ago('30 days'), ago('30 days', '-1 minute')].entries())
      await sql.rows(
        `INSERT INTO portcullis.notice (id, kind, message_id, created_at) VALUES ('${uuid(n)}', 'x', 'x', ${at})`,
      );
    expect(await clean()).toMatchObject({ 'feed rows': 1, notices: 1, leases: 0 });
    expect(await ids('revocation_feed')).toEqual(['2']);
    expect(await ids('notice')).toEqual([uuid(1)]);
  });

  it('P5: a lease dead for ten of them, once its row stood still for one more by the clock of the worker', async () => {
    for (const [id, seconds] of Object.entries({ gone: 101, renewed: 101, young: 99 }))
      await sql.rows(
        `INSERT INTO portcullis.index_lease (instance_id, generation, expires_at, reaches_index, started_at, version)
         VALUES ('${id}', 'g', now() - interval '${seconds} seconds', true, now(), '0')`,
      );
    const renew = "UPDATE portcullis.index_lease SET expires_at = now() - interval '100 seconds'";
    const slept: number[] = [];
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms) => {
        slept.push(ms);
        await sql.rows(`${renew} WHERE instance_id = 'renewed'`);
      },
    };
    expect(await clean({}, undefined, clock)).toMatchObject({ leases: 1 });
    expect(slept).toEqual([CLEAN_UP_POLICY.leaseSeconds * 1_000]);
    expect(await ids('index_lease', 'instance_id')).toEqual(['renewed', 'young']);
  });

  it('dead letters as old as the notices, of the clean-up itself after an hour; nothing that may still run', async () => {
    const add = async (task: string, set: string) => {
      const [job] = await sql.rows<{ id: string }>(
        `SELECT id::text FROM graphile_worker.add_job('${task}', '{}', max_attempts := 2)`,
      );
      await sql.rows(`UPDATE graphile_worker._private_jobs SET ${set} WHERE id = ${job?.id}`);
      return job?.id ?? '';
    };
    const old = `attempts = 2, updated_at = ${ago('30 days')}`;
    await add('mail', old);
    await add('clean_up', `attempts = 2, updated_at = ${ago('1 hour')}`);
    const kept = [
      await add('mail', `attempts = 2, updated_at = ${ago('30 days', '-1 minute')}`),
      await add('mail', `attempts = 1, updated_at = ${ago('30 days')}`),
      await add('mail', `${old}, locked_at = now(), locked_by = 'pool-1'`),
      await add('clean_up', `attempts = 2, updated_at = ${ago('1 hour', '-1 minute')}`),
    ];
    expect(await clean()).toMatchObject({ 'dead letters': 2 });
    expect((await sql.jobs()).map((job) => job.id)).toEqual(kept);
  });
});

describe('how it is removed', () => {
  const fill = (count: number) =>
    sql.rows(
      `INSERT INTO portcullis.notice (id, kind, message_id, created_at) SELECT gen_random_uuid(), 'x', n::text, ${ago('30 days')} FROM generate_series(1, ${count}) AS n`,
    );

  it('in batches, up to a number of them', async () => {
    await fill(25);
    expect(await clean({ batch: 10, batches: 2 })).toMatchObject({ notices: 20 });
    expect(await clean({ batch: 10, batches: 2 })).toMatchObject({ notices: 5 });
    expect(await clean({ batch: 10, batches: 2 })).toMatchObject({ notices: 0 });
  });

  it('passes over rows that somebody has locked, without waiting for them', async () => {
    await fill(5);
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let locked = () => {};
    const isLocked = new Promise<void>((resolve) => (locked = resolve));
    const holding = db.write(systemClock.monotonicMs() + 20_000, async (tx) => {
      await tx.execute("SELECT 1 FROM portcullis.notice WHERE message_id IN ('2', '4') FOR UPDATE");
      locked();
      await released;
    });
    await isLocked;
    expect(await clean()).toMatchObject({ notices: 3 });
    expect(await ids('notice', 'message_id')).toEqual(['2', '4']);
    release();
    await holding;
    expect(await clean()).toMatchObject({ notices: 2 });
  });

  it('two workers at once share the rows and neither fails', async () => {
    await fill(400);
    const [one, two] = await Promise.all([clean({ batch: 10 }), clean({ batch: 10 })]);
    expect((one['notices'] ?? 0) + (two['notices'] ?? 0)).toBe(400);
    expect(warned).toEqual([]);
  });

  it('a step that fails is told and does not stop the others', async () => {
    await fill(3);
    await sql.rows('ALTER TABLE portcullis.registration RENAME TO elsewhere');
    await sql.rows('ALTER TABLE portcullis.revocation_feed RENAME TO elsewhere_too');
    await expect(clean()).rejects.toThrow('not cleaned up: registrations, feed rows');
    expect(warned).toEqual(['registrations', 'feed rows']);
    expect(await ids('notice')).toEqual([]);
  });

  it('an aborted run stops between two batches, and the next one goes on', async () => {
    await fill(5);
    const stop = new AbortController();
    let batches = 0;
    const watched = await openDatabase(
      {
        ...settings(base.url),
        onQuery: (text) => {
          if (text.includes('DELETE FROM portcullis.notice') && (batches += 1) === 2) stop.abort();
        },
      },
      systemClock,
    );
    try {
      const policy = { ...CLEAN_UP_POLICY, batch: 1 };
      const done = await cleanUp({ db: watched, clock: systemClock, log, policy }, stop.signal);
      expect(done).toMatchObject({ notices: 2 });
      expect(done).not.toHaveProperty('leases');
      expect(await ids('notice')).toHaveLength(3);
    } finally {
      await watched.close();
    }
    expect(await clean()).toMatchObject({ notices: 3 });
  });
});
