import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { AccountEntity } from '../../src/db/entities/account.ts';
import { lockAccount } from '../../src/db/repository.ts';
import { raw } from '../../src/db/sql.ts';
import { closedGate } from '../support/gate.ts';
import { freshDatabase } from '../support/template.ts';
import { settings, testClock } from '../support/settings.ts';

const PHC = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g';
const soon = () => testClock.monotonicMs() + 5_000;

describe('the unit of work', () => {
  let base: TestDatabase;
  let db: Database;
  const statements: string[] = [];

  beforeAll(async () => {
    base = await freshDatabase();
    db = await openDatabase(
      { ...settings(base.url), onQuery: (sql) => void statements.push(sql) },
      testClock,
    );
    await db.write(soon(), async (tx) => {
      tx.create(
        AccountEntity,
        {
          id: '019300a0-0000-7000-8000-000000000001',
          email: 'a@example.test',
          emailKey: 'a@example.test',
          name: null,
          passwordHash: PHC,
          epoch: 1,
          linkEpoch: 1,
          disabledAt: null,
          deletedAt: null,
          createdAt: new Date(),
          updatedAt: new Date(),
        },
        { persist: true },
      );
    });
  });
  afterAll(async () => {
    await db.close();
    await base.drop();
  });
  const id = '019300a0-0000-7000-8000-000000000001';

  it('loads the account FOR UPDATE and steps its epoch in SQL by the flush (P2)', async () => {
    statements.length = 0;
    const epoch = await db.write(soon(), async (tx) => {
      const account = await lockAccount(tx, id);
      if (!account) throw new Error('no account');
      account.epoch = raw('epoch + 1');
      account.passwordHash = `${PHC}2`;
      await tx.flush();
      return account.epoch;
    });
    expect(epoch).toBe(2);
    expect(statements.find((sql) => sql.startsWith('select'))).toMatch(/for update$/);
    // The value comes back from the server: the new epoch was computed there, not here.
    expect(statements.find((sql) => sql.startsWith('update'))).toMatch(/returning "epoch"$/);
  });

  it('never shows a hash in the text of a statement', async () => {
    const seen = await db.write(soon(), async (tx) => {
      const account = await lockAccount(tx, id);
      if (!account) throw new Error('no account');
      account.passwordHash = `${PHC}3`;
      account.epoch = raw('epoch + 1');
      await tx.flush();
      const pid = (await tx.execute<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]?.pid;
      return db.read((em) =>
        em.execute<{ query: string }[]>('select query from pg_stat_activity where pid = ?', [pid]),
      );
    });
    expect(JSON.stringify(seen)).not.toContain('argon2id');
    const [stored] = await db.read((em) =>
      em.execute<{ password_hash: string }[]>('select password_hash from portcullis.account where id = ?', [
        id,
      ]),
    );
    expect(stored?.password_hash).toBe(`${PHC}3`);
  });

  it('sends every statement of a step over the same connection', async () => {
    await db.write(soon(), async (tx) => {
      const first = await tx.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
      await lockAccount(tx, id);
      const second = await tx.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
      expect(second).toEqual(first);
    });
  });

  it('refuses a hash or a disabling that does not step the epoch, whoever writes the statement (P3)', async () => {
    for (const change of [
      "password_hash = 'x'",
      'disabled_at = now()',
      'deleted_at = now()',
      'epoch = epoch - 1',
    ]) {
      await expect(
        db.read((em) => em.execute(`update portcullis.account set ${change} where id = ?`, [id])),
      ).rejects.toThrow(/epoch/);
    }
  });

  it('takes ROLLBACK for an answer to COMMIT as what it is: nothing committed (P2.7)', async () => {
    const outcome = await db.attempt(soon(), async (tx) => {
      await tx.execute('select 1 / 0').catch(() => undefined);
      return 'done';
    });
    expect(outcome.kind).toBe('rolled_back');
  });

  it('ends a transaction at its deadline and never commits it afterwards', async () => {
    const outcome = await db.attempt(testClock.monotonicMs() + 200, async (tx) => {
      await tx.execute("update portcullis.account set name = 'late' where id = ?", [id]);
      await tx.execute('select pg_sleep(1)');
    });
    expect(outcome.kind).toBe('rolled_back');
    const [row] = await db.read((em) =>
      em.execute<{ name: string | null }[]>('select name from portcullis.account where id = ?', [id]),
    );
    expect(row?.name).toBeNull();
  });

  it('P2: begins no work for somebody who has gone: a connection that comes after the deadline is given back', async () => {
    const narrow = await openDatabase(
      { ...settings(base.url), poolMax: 1, acquireTimeoutMs: 10_000 },
      testClock,
    );
    let worked = false;
    const waits = closedGate();
    const first = narrow.write(soon(), () => waits.pass());
    await waits.arrived;
    const outcome = await narrow.attempt(testClock.monotonicMs() + 100, async () => {
      worked = true;
    });
    expect(outcome.kind).toBe('rolled_back');
    waits.open();
    await first;
    // The pool serves in turn: what comes behind it has its turn after it.
    expect(await narrow.write(soon(), async () => 'done')).toBe('done');
    expect(worked).toBe(false);
    await narrow.close();
  });

  it('gives every connection back when Postgres takes it away in the middle of a transaction', async () => {
    for (let n = 0; n < 15; n += 1) {
      const outcome = await db.attempt(soon(), async (tx) => {
        await tx.execute('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
        await tx.execute('select 1');
      });
      expect(outcome.kind).toBe('rolled_back');
    }
    await expect
      .poll(() => db.read((em) => em.execute('select 1 as one')).catch(() => null))
      .toEqual([{ one: 1 }]);
  });

  it('keeps audit events as they were written', async () => {
    await db.read((em) =>
      em.execute(
        "insert into portcullis.audit_event (id, at, type, actor) values (gen_random_uuid(), now(), 'test', 'test')",
      ),
    );
    await expect(
      db.read((em) => em.execute("update portcullis.audit_event set type = 'other'")),
    ).rejects.toThrow(/append-only/);
    await expect(db.read((em) => em.execute('delete from portcullis.audit_event'))).rejects.toThrow(
      /append-only/,
    );
  });
});
