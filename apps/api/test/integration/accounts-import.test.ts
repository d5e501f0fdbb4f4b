import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { foreignVerification } from '../../src/adapters/foreign-hash.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { closedGate } from '../support/gate.ts';
import { type Instance, type InstanceOptions, startInstance } from '../support/instance.ts';
import { mintLink, open, type Person, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const PASSWORD = 'correct-horse-battery-staple-42';
const NEW = 'another passphrase 2';
const SALT = 'cG9ydGN1bGxpcy1zYWx0MQ';
const HASHES = {
  bcrypt: '$2y$04$abcdefghijklmnopqrstuuDrSx8q46NQlocgVrMyZx8k6yoIkEcZ6',
  scrypt: `$scrypt$ln=10,r=8,p=1$${SALT}$GS05KhNppqDhI082WbY/0RJsAyPMoHi/SRprJt+usyY`,
  pbkdf2: `$pbkdf2-sha256$1000$${SALT}$0gOfSUFDCCoSKi3gjGxQ4jjjHwnkT8mvWCXP6JuTvgY`,
  django: 'pbkdf2_sha256$1000$seasalt2aX$UtiHxleeBzlSWUeisscnFP9PRR02BVuKxbWkzKGQa14=',
  argon2id: '$argon2id$v=19$m=64,t=1,p=1$cG9ydGN1bGxpcy1zYWx0MQ$qmEcufGlM1qohMBkXhtpk7QPnDVQ+6VHYmabK5VPKzY',
};

let base: TestDatabase;
let folder: string;
const started: Instance[] = [];

beforeEach(async () => {
  base = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'portcullis-import-'));
});
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
  await base.drop();
});

const instance = async (options: Partial<InstanceOptions> = {}): Promise<Instance> => {
  const hasher = { memoryKiB: 1_024, timeCost: 1, foreign: foreignVerification };
  const one = await startInstance({ databaseUrl: base.url, redisUrl: null, hasher, ...options });
  started.push(one);
  return one;
};

const line = (name: string, passwordHash: unknown, more: object = {}) =>
  JSON.stringify({ email: `${name}@example.test`, emailVerified: true, passwordHash, ...more });

const imported = async (lines: string[], ...args: string[]) => {
  const file = join(folder, 'accounts.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return command([file, ...args]);
};
const command = async (args: string[], input?: AsyncIterable<string>, env: Record<string, string> = {}) => {
  let [out, err] = ['', ''];
  const code = await run(['accounts', 'import', ...args, '--json'], {
    env: { DATABASE_URL: base.url, ...env },
    ...(input ? { input } : {}),
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, err, summary: out === '' ? null : (JSON.parse(out) as Record<string, unknown>) };
};

const person = async (by: Instance, name: string): Promise<Person> => {
  const email = `${name}@example.test`;
  const [row] = await rows<{ id: string }>(by, 'SELECT id FROM portcullis.account WHERE email_key = ?', [
    email,
  ]);
  return { accountId: row?.id ?? '', email, password: PASSWORD };
};
const hashOf = async (by: Instance, { accountId }: Person) => {
  const sql = 'SELECT password_hash FROM portcullis.account WHERE id = ?';
  const [row] = await rows<{ password_hash: string }>(by, sql, [accountId]);
  return row?.password_hash ?? '';
};

describe('accounts of another system', () => {
  it('sign in with the password they had, and have a hash of ours after it', async () => {
    const lines = Object.entries(HASHES).map(([name, hash]) => line(name, hash, { name: 'Some Body' }));
    expect(await imported(lines)).toEqual({
      code: 0,
      err: '',
      summary: { dryRun: false, imported: 5, unchanged: 0, refused: 0 },
    });
    const a = await instance();
    for (const name of Object.keys(HASHES)) {
      const who = await person(a, name);
      const before = await hashOf(a, who);
      await expect(open(a, who, `${PASSWORD}x`)).rejects.toMatchObject({ reason: 'credentials_invalid' });
      expect(await hashOf(a, who)).toBe(before);
      await open(a, who);
      expect(await hashOf(a, who)).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
      await open(a, who);
    }
    expect(
      await rows(
        a,
        "SELECT type, actor, details, count(*)::int AS n FROM portcullis.audit_event WHERE type LIKE 'account%' GROUP BY 1, 2, 3",
      ),
    ).toEqual([{ type: 'account_created', actor: 'operator', details: { imported: true }, n: 5 }]);
  });

  it('without a password sign in after a reset only', async () => {
    await imported([line('none', null)]);
    const a = await instance();
    const who = await person(a, 'none');
    for (const guess of ['', '!', 'null'])
      await expect(open(a, who, guess)).rejects.toMatchObject({ reason: 'credentials_invalid' });
    await resetPassword(a.ctx(), { token: await mintLink(a, who), newPassword: NEW });
    await open(a, who, NEW);
  });

  it('W7: the upgrade of an imported hash cannot bring the old password back', async () => {
    await imported([line('slow', HASHES.bcrypt)]);
    const renewing = closedGate();
    const a = await instance({
      wrapHasher: (real) => ({
        ...real,
        hash: async (password) => {
          await renewing.pass();
          return real.hash(password);
        },
      }),
    });
    const b = await instance();
    const who = await person(b, 'slow');
    const slow = open(a, who);
    await renewing.arrived;
    await resetPassword(b.ctx(), { token: await mintLink(b, who), newPassword: NEW });
    renewing.open();
    const session = await slow;
    expect(await b.verify(session.sessionId, session.accountId)).toMatchObject({ status: 'rejected' });
    await expect(open(b, who)).rejects.toMatchObject({ reason: 'credentials_invalid' });
    await open(b, who, NEW);
  });
});

describe('the file', () => {
  it('has a line reported for each that becomes no account, without what it holds', async () => {
    const lines = [
      line('good', HASHES.bcrypt),
      'nonsense',
      line('costly', `$2b$31$${'a'.repeat(53)}`),
      line('plain', 'hunter2-hunter2'),
      line('unproven', HASHES.bcrypt, { emailVerified: false }),
      line('silent', HASHES.bcrypt, { emailVerified: undefined }),
      line('admin', HASHES.bcrypt, { role: 'admin' }),
      line('no address', HASHES.bcrypt),
      line('nameless', HASHES.bcrypt, { name: '' }),
      line('hashless', undefined),
      line('GOOD', HASHES.scrypt),
      'x'.repeat(20_000),
    ];
    const { code, err, summary } = await imported(lines);
    expect(code).toBe(1);
    expect(summary).toEqual({ dryRun: false, imported: 1, unchanged: 0, refused: 11 });
    expect(
      err
        .trimEnd()
        .split('\n')
        .toSorted((a, b) => Number(/\d+/.exec(a)) - Number(/\d+/.exec(b))),
    ).toEqual([
      'line 2: not_json',
      'line 3: hash_too_costly',
      'line 4: hash_unknown',
      'line 5: email_unverified',
      'line 6: email_unverified',
      'line 7: unknown_field',
      'line 8: email_malformed',
      'line 9: name_malformed',
      'line 10: hash_missing',
      'line 11: exists',
      'line 12: unreadable',
    ]);
    const silent = [line('silent', HASHES.bcrypt, { emailVerified: undefined })];
    expect((await imported(silent, '--assume-verified')).code).toBe(0);
  });

  it('never changes an account that exists, and ends what waits under its address', async () => {
    const a = await instance();
    const own = await a.hasher.hash(NEW);
    await rows(
      a,
      'INSERT INTO portcullis.account (id, email, email_key, password_hash) VALUES (gen_random_uuid(), ?, ?, ?)',
      ['here@example.test', 'here@example.test', own],
    );
    await rows(
      a,
      "INSERT INTO portcullis.registration (id, email, email_key, password_hash, cookie_hash, created_at, expires_at) VALUES (gen_random_uuid(), 'new@example.test', 'new@example.test', '!', '', now(), now() + interval '1 day')",
    );
    const { summary, err } = await imported([
      line('here', HASHES.bcrypt, { name: 'Thief' }),
      line('new', HASHES.bcrypt),
    ]);
    expect([summary, err]).toEqual([
      { dryRun: false, imported: 1, unchanged: 0, refused: 1 },
      'line 1: exists\n',
    ]);
    const who = await person(a, 'here');
    expect(await hashOf(a, who)).toBe(own);
    await expect(open(a, who)).rejects.toMatchObject({ reason: 'credentials_invalid' });
    expect(await rows(a, 'SELECT id FROM portcullis.registration')).toEqual([]);
  });

  it('may be imported again from any line, after it stopped', async () => {
    const lines = Array.from({ length: 450 }, (_, n) => line(`n${n}`, HASHES.pbkdf2));
    const a = await instance();
    // The second of three batches meets a table that refuses it.
    await rows(
      a,
      "ALTER TABLE portcullis.account ADD CONSTRAINT test_refuses CHECK (email <> 'n300@example.test')",
    );
    const stopped = await imported(lines);
    expect(stopped).toMatchObject({ code: 1, summary: null });
    expect(stopped.err).toContain('--from 201');
    expect(stopped.err).not.toContain('pbkdf2');
    await rows(a, 'ALTER TABLE portcullis.account DROP CONSTRAINT test_refuses');
    expect((await imported(lines, '--from', '201')).summary).toMatchObject({ imported: 250, refused: 0 });
    expect((await imported(lines)).summary).toEqual({
      dryRun: false,
      imported: 0,
      unchanged: 450,
      refused: 0,
    });
  });

  it('is only looked at by a dry run', async () => {
    await imported([line('here', HASHES.bcrypt)]);
    const lines = [line('here', HASHES.bcrypt), line('new', HASHES.scrypt), line('here', HASHES.scrypt)];
    expect((await imported(lines, '--dry-run')).summary).toEqual({
      dryRun: true,
      imported: 1,
      unchanged: 1,
      refused: 1,
    });
    const a = await instance();
    expect(await rows(a, 'SELECT email FROM portcullis.account')).toEqual([{ email: 'here@example.test' }]);
    expect(
      await rows(a, "SELECT id FROM portcullis.audit_event WHERE type = 'account_created'"),
    ).toHaveLength(1);
  });

  it('may come by standard input, and must be there', async () => {
    const input = async function* () {
      yield line('piped', HASHES.bcrypt);
    };
    expect((await command(['-'], input())).summary).toMatchObject({ imported: 1 });
    expect(await command([join(folder, 'missing.jsonl')])).toEqual({
      code: 1,
      summary: null,
      err: 'error: the file cannot be read (ENOENT)\n',
    });
  });
});
