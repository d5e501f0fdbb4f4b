import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { CLEAN_UP_POLICY } from '../../src/services/cleanup/policy.ts';
import { deleteBatch, STEPS } from '../../src/services/cleanup/steps.ts';
import { settings } from '../support/settings.ts';
import { freshDatabase } from '../support/template.ts';
import { QueueView } from '../support/worker.ts';

let base: TestDatabase;
let db: Database;
let sql: QueueView;

beforeEach(async () => {
  base = await freshDatabase();
  db = await openDatabase(settings(base.url), systemClock);
  sql = new QueueView(base.url);
});
afterEach(async () => {
  await sql.close();
  await db.close();
  await base.drop();
});

it('with the usual share of old rows, every step looks them up in an index', async () => {
  await sql.rows(`
    INSERT INTO portcullis.account (id, email, email_key, password_hash, deleted_at)
      SELECT gen_random_uuid(), n::text, n::text, '!', CASE WHEN n % 500 = 0 THEN now() - interval '2 days' END FROM generate_series(1, 20000) AS n;
    INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at, last_seen_at, idle_seconds, idle_expires_at, expires_at, revoked_at, revoked_by)
      SELECT n || '-' || a.id, a.id, 1, 'cookie', false, now(), now(), now(), 60, now(), now() - interval '1 minute' * (random() * 44000), now() - interval '1 minute' * (random() * 44000), 'x'
      FROM portcullis.account a, generate_series(1, 3) AS n;
    INSERT INTO portcullis.account_epoch SELECT id, 1, now() - interval '1 minute' * (random() * 44000), 'x', 'x' FROM portcullis.account;
    INSERT INTO portcullis.registration (id, email, email_key, password_hash, cookie_hash, created_at, expires_at)
      SELECT gen_random_uuid(), 'x', n::text, '!', ''::bytea, now(), now() - interval '1 minute' * (random() * 1470) FROM generate_series(1, 20000) AS n;
    INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, created_at, expires_at)
      SELECT gen_random_uuid(), id, 1, 'reset_password', decode(md5(id::text), 'hex'), now(), now() - interval '1 minute' * (random() * 10300) FROM portcullis.account;
    INSERT INTO portcullis.revocation_feed (account_id, epoch, type, cause, at)
      SELECT id, 1, 'x', 'x', now() - interval '1 minute' * (random() * 10300) FROM portcullis.account;
    INSERT INTO portcullis.notice (id, kind, message_id, created_at)
      SELECT gen_random_uuid(), 'x', 'x', now() - interval '1 minute' * (random() * 44000) FROM portcullis.account;
    INSERT INTO portcullis.sign_in_failure (key, failures, first_at, last_at)
      SELECT decode(md5(id::text), 'hex'), 1, now(), now() - interval '1 minute' * (random() * 44000) FROM portcullis.account`);
  await sql.rows('ANALYZE');
  for (const step of STEPS) {
    const plan = await db.read((em) =>
      em.execute<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${deleteBatch(step)}`, [
        step.age(CLEAN_UP_POLICY),
        1_000,
      ]),
    );
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text, step.name).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
    expect(text, `${step.name}\n${text}`).not.toContain('Seq Scan');
  }
});
