import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePassword } from '../../src/services/account/change-password.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { revokeAll, revokeOthers, revokeSession, signOut } from '../../src/services/session/revoke.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const NEW = 'another passphrase 2';
const WATCHED = [
  'portcullis.account',
  'portcullis.account_epoch',
  'portcullis.session',
  'portcullis.audit_event',
  'portcullis.revocation_feed',
  'portcullis.verification',
  'portcullis.notice',
  'graphile_worker._private_jobs',
];

describe('a revoking verb is one unit of work', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let instance: Instance;
  const statements: string[] = [];

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    instance = await startInstance({
      databaseUrl: base.url,
      redisUrl: redis.url,
      verifyMax: 1,
      onQuery: (sql) => void statements.push(sql),
    });
    // Postgres itself notes who wrote what: the backend and the transaction behind each row.
    await rows(instance, 'CREATE TABLE portcullis.seen (place text, pid int, xid xid8)');
    await rows(
      instance,
      `CREATE FUNCTION portcullis.note() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO portcullis.seen VALUES (TG_TABLE_SCHEMA || '.' || TG_ARGV[0], pg_backend_pid(), pg_current_xact_id()); RETURN NULL; END $$`,
    );
    for (const table of WATCHED)
      await rows(
        instance,
        `CREATE TRIGGER note AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION portcullis.note('${table.split('.')[1] ?? ''}')`,
      );
  });
  afterAll(async () => {
    await instance.close();
    await finishRedis(redis);
    await base.drop();
  });

  const watch = async (work: () => Promise<unknown>) => {
    await rows(instance, 'TRUNCATE portcullis.seen');
    statements.length = 0;
    await work();
    const sent = statements.map((sql) => sql.trim().replaceAll(/\s+/g, ' '));
    const seen = await rows<{ place: string; pid: number; xid: string }>(
      instance,
      'SELECT place, pid, xid::text FROM portcullis.seen',
    );
    return {
      sent,
      places: [...new Set(seen.map((row) => row.place))].toSorted(),
      transactions: new Set(seen.map((row) => `${row.pid} ${row.xid}`)).size,
    };
  };
  const someone = async () => {
    const person = await makePerson(instance);
    const session = await open(instance, person);
    const other = await open(instance, person);
    const link = await mintLink(instance, person);
    return { person, session, other, link, caller: await instance.as(session.sessionId, session.accountId) };
  };
  type Someone = Awaited<ReturnType<typeof someone>>;

  const verbs: [string, (who: Someone) => Promise<unknown>, { mails: boolean }][] = [
    [
      'reset of the password',
      ({ link }) => resetPassword(instance.ctx(), { token: link, newPassword: NEW }),
      { mails: true },
    ],
    [
      'change of the password',
      ({ caller, person }) => changePassword(caller, { currentPassword: person.password, newPassword: NEW }),
      { mails: true },
    ],
    ['end of the others', ({ caller }) => revokeOthers(caller), { mails: false }],
    ['end of all', ({ caller }) => revokeAll(caller), { mails: false }],
    [
      'end of one',
      ({ caller, other }) => revokeSession(caller, { sessionId: other.sessionId as never }),
      { mails: false },
    ],
    ['sign-out', ({ caller }) => signOut(caller), { mails: false }],
  ];

  it.each(verbs)(
    'P2, G3: %s: one transaction on one backend, in the order of P2',
    async (_, verb, { mails }) => {
      const who = await someone();
      const { sent, places, transactions } = await watch(() => verb(who));
      expect(transactions).toBe(1);
      const unit = sent.slice(sent.findIndex((sql) => / for update$/i.test(sql)));
      expect(unit[0]).toMatch(/^select .* from "portcullis"."account" .* for update$/);
      expect(unit[1]).toBe('SELECT pg_advisory_xact_lock_shared(8097, 1)');
      expect(unit[2]).toMatch(/^SELECT g\.generation, .* FROM portcullis\.index_generation g$/);
      // What it writes it writes after that; before it, it only read.
      const isWrite = (sql: string) => /^(with stepped|update|insert)/i.test(sql);
      expect(sent.findIndex(isWrite)).toBeGreaterThan(sent.indexOf(unit[2] ?? ''));
      // A notification serialises commits: only a verb that mails has a job to tell of (P2).
      expect(places.includes('graphile_worker._private_jobs')).toBe(mails);
      expect(unit.some((sql) => /add_job|notify/i.test(sql))).toBe(mails);
      expect(places).toContain('portcullis.audit_event');
      expect(places).toContain('portcullis.revocation_feed');
    },
  );

  it('P2: a reset loads the account with PESSIMISTIC_WRITE and writes it by the flush, the epoch computed in SQL', async () => {
    const who = await someone();
    const { sent } = await watch(() => resetPassword(instance.ctx(), { token: who.link, newPassword: NEW }));
    const loads = sent.filter((sql) => /from "portcullis"."account".* for update$/.test(sql));
    const writes = sent.filter((sql) => /^update "portcullis"."account"/.test(sql));
    expect(loads).toHaveLength(1);
    expect(writes).toHaveLength(1);
    // Both come back from the server: they were computed there, from what the locked row held.
    expect(writes[0]).toMatch(/ set "password_hash" = .* returning "epoch", "link_epoch"$/);
    expect(writes[0]).not.toContain('argon2id');
  });

  it('P1: verification runs one prepared statement, on connections of its own', async () => {
    const who = await someone();
    for (let n = 0; n < 5; n += 1) await instance.verify(`no-such-session-${n}`, who.person.accountId);
    const { rows: prepared } = await instance.verifyPool.query<{ name: string; uses: string }>(
      'SELECT name, (generic_plans + custom_plans)::text AS uses FROM pg_prepared_statements',
    );
    const truth = prepared.find((statement) => statement.name === 'portcullis_truth');
    expect(Number(truth?.uses)).toBeGreaterThanOrEqual(5);
    statements.length = 0;
    await instance.verify(who.session.sessionId, who.person.accountId);
    expect(statements).toEqual([]);
  });

  it('P3: a bare UPDATE of what ends sessions is refused without its epoch, whoever sends it', async () => {
    const { person } = await someone();
    for (const change of [
      "password_hash = 'x'",
      'disabled_at = now()',
      'deleted_at = now()',
      'epoch = epoch - 1',
      'link_epoch = link_epoch - 1',
      "password_hash = 'x', epoch = epoch",
    ])
      await expect(
        rows(instance, `UPDATE portcullis.account SET ${change} WHERE id = ?`, [person.accountId]),
      ).rejects.toThrow(/epoch/);
    await rows(
      instance,
      'UPDATE portcullis.account SET disabled_at = now(), epoch = epoch + 1 WHERE id = ?',
      [person.accountId],
    );
    await rows(instance, 'UPDATE portcullis.account SET disabled_at = NULL WHERE id = ?', [person.accountId]);
  });
});
