import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmEmailChange } from '../../src/services/account/confirm-email-change.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { signUp } from '../../src/services/account/sign-up.ts';
import { undoEmailChange } from '../../src/services/account/undo-email-change.ts';
import { verifyEmail } from '../../src/services/account/verify-email.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, rows, sha256 } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

describe('one time means once', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let instances: Instance[];
  const by = (n: number): Instance => instances[n % instances.length] as Instance;

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    const options = { databaseUrl: base.url, redisUrl: redis.url };
    instances = [await startInstance(options), await startInstance(options), await startInstance(options)];
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await finishRedis(redis);
    await base.drop();
  });

  /** Reasons of the losers; exactly one wins. */
  const race = async (count: number, attempt: (n: number) => Promise<unknown>) => {
    const results = await Promise.allSettled(Array.from({ length: count }, (_, n) => attempt(n)));
    const losers = results
      .filter((result) => result.status === 'rejected')
      .map((result) => (result.reason as { reason?: string }).reason ?? String(result.reason));
    return { won: results.length - losers.length, losers: [...new Set(losers)] };
  };

  it('G6: of 50 uses of one reset link on three instances exactly one succeeds, and its password is the one that counts', async () => {
    const person = await makePerson(by(0));
    const token = await mintLink(by(0), person);
    expect(
      await race(50, (n) => resetPassword(by(n).ctx(), { token, newPassword: `a new passphrase ${n}` })),
    ).toEqual({ won: 1, losers: ['verification_invalid'] });
    const right: number[] = [];
    for (let n = 0; n < 50; n += 1) {
      await open(by(0), person, `a new passphrase ${n}`).then(
        () => right.push(n),
        () => undefined,
      );
    }
    expect(right).toHaveLength(1);
    const [account] = await rows<{ epoch: string }>(
      by(0),
      'SELECT epoch FROM portcullis.account WHERE id = ?',
      [person.accountId],
    );
    expect(account?.epoch).toBe('2');
  });

  it('G6: of 50 uses of one confirmation or undo of an address exactly one succeeds', async () => {
    const person = await makePerson(by(0));
    const newEmail = `${randomBytes(6).toString('hex')}@example.test`;
    const token = await mintLink(by(0), person, 'change_email', newEmail);
    expect(await race(50, (n) => confirmEmailChange(by(n).ctx(), { token }))).toEqual({
      won: 1,
      losers: ['verification_invalid'],
    });
    const undo = await mintLink(by(0), person, 'undo_email_change', person.email);
    expect(await race(50, (n) => undoEmailChange(by(n).ctx(), { token: undo }))).toEqual({
      won: 1,
      losers: ['verification_invalid'],
    });
    const [account] = await rows<{ email: string }>(
      by(0),
      'SELECT email FROM portcullis.account WHERE id = ?',
      [person.accountId],
    );
    expect(account?.email).toBe(person.email);
  });

  it('makes exactly one account of 100 parallel sign-ups of one address, with 100 equal answers', async () => {
    const email = `${randomBytes(6).toString('hex')}@example.test`;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        signUp(by(n).ctx(), { email, password: `an honest passphrase ${n}` }),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify({ ...answer, registrationSecret: '' }))).size).toBe(
      1,
    );
    expect(new Set(answers.map((answer) => answer.registrationSecret)).size).toBe(100);
    // What the worker does when it mails: a secret for each registration.
    const registrations = await rows<{ id: string }>(
      by(0),
      'SELECT id FROM portcullis.registration WHERE email_key = ?',
      [email],
    );
    expect(registrations).toHaveLength(100);
    const secrets = await Promise.all(
      registrations.map(async ({ id }) => {
        const secret = randomBytes(32).toString('base64url');
        await rows(by(0), 'UPDATE portcullis.registration SET secret_hash = ? WHERE id = ?', [
          sha256(secret),
          id,
        ]);
        return secret;
      }),
    );
    const cookies = new Map<string, string>();
    for (const answer of answers)
      cookies.set(sha256(answer.registrationSecret).toString('hex'), answer.registrationSecret);
    const signers = await rows<{ id: string; cookie: string }>(
      by(0),
      "SELECT id, encode(cookie_hash, 'hex') AS cookie FROM portcullis.registration WHERE email_key = ?",
      [email],
    );
    const cookieOf = new Map(signers.map((row) => [row.id, cookies.get(row.cookie) ?? '']));
    const result = await race(100, (n) =>
      verifyEmail(by(n).ctx(), {
        token: secrets[n] ?? '',
        registrationSecret: cookieOf.get(registrations[n]?.id ?? '') ?? '',
      }),
    );
    expect(result).toEqual({ won: 1, losers: ['verification_invalid'] });
    expect(
      await rows(by(0), 'SELECT 1 AS one FROM portcullis.account WHERE email_key = ?', [email]),
    ).toHaveLength(1);
    expect(
      await rows(by(0), 'SELECT 1 AS one FROM portcullis.registration WHERE email_key = ?', [email]),
    ).toEqual([]);
  });

  it('G6: two confirmations of one address never wait for each other in a circle', async () => {
    const statements: string[] = [];
    const one = await startInstance({
      databaseUrl: base.url,
      redisUrl: redis.url,
      onQuery: (sql) => void statements.push(sql),
    });
    const email = `${randomBytes(6).toString('hex')}@example.test`;
    const pending: { token: string; registrationSecret: string }[] = [];
    for (let n = 0; n < 2; n += 1) {
      const { registrationSecret } = await signUp(one.ctx(), {
        email,
        password: `an honest passphrase ${n}`,
      });
      const token = randomBytes(32).toString('base64url');
      await rows(one, 'UPDATE portcullis.registration SET secret_hash = ? WHERE cookie_hash = ?', [
        sha256(token),
        sha256(registrationSecret),
      ]);
      pending.push({ token, registrationSecret });
    }
    statements.length = 0;
    let confirmations: Promise<unknown> = Promise.resolve();
    // Somebody else makes an account of that address, and thinks better of it when both confirmations wait.
    await one.db
      .write(performance.now() + 20_000, async (tx) => {
        await tx.execute(
          "INSERT INTO portcullis.account (id, email, email_key, password_hash) VALUES (gen_random_uuid(), ?, ?, '!')",
          [email, email],
        );
        confirmations = race(2, (n) => verifyEmail(one.ctx(), pending[n] ?? { token: '' }));
        const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        await expect.poll(() => rows(by(0), waiting)).toHaveLength(2);
        throw new Error('thinks better of it');
      })
      .catch(() => undefined);
    expect(await confirmations).toEqual({ won: 1, losers: ['verification_invalid'] });
    // A circle is broken by the server, and tried again: that would be another attempt to make the account.
    expect(statements.filter((sql) => /INSERT INTO portcullis.account /.test(sql))).toHaveLength(2);
    await one.close();
  });
});
