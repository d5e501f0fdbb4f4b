import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { connectRedis, type RedisConnection } from '@portcullis/authority/redis/connection';
import { RedisSessionIndex } from '@portcullis/authority/redis/session-index';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHints } from '../../src/adapters/hints.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { generateKeys } from '../../src/cli/key-rotation.ts';
import { run } from '../../src/cli/program.ts';
import { openDatabase } from '../../src/db/database.ts';
import { cleanUp } from '../../src/services/cleanup/clean-up.ts';
import { CLEAN_UP_POLICY } from '../../src/services/cleanup/policy.ts';
import { httpClient } from '../support/http-client.ts';
import {
  COUNTING,
  FORBIDDEN_COMMANDS,
  FORBIDDEN_SQL,
  startGuardedRedis,
  startRoles,
} from '../support/least-privilege.ts';
import { type Service, startService } from '../support/service.ts';
import { anAddress, queries } from '../support/service-stores.ts';
import { settings } from '../support/settings.ts';

const PASSWORD = 'an honest passphrase 1';
const NEW = 'another passphrase 2';
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let roles: Awaited<ReturnType<typeof startRoles>>;
let redis: Awaited<ReturnType<typeof startGuardedRedis>>;
let mailbox: Mailbox;
let api: Service;
let worker: Service;
let owner: ReturnType<typeof queries>;
let application: ReturnType<typeof queries>;

const portcullis = async (args: string[], env: Record<string, string>) => {
  let [out, err] = ['', ''];
  const io = { env, out: (text: string) => (out += text), err: (text: string) => (err += text) };
  return { code: await run(args, io), out, err };
};
const migrate = (...args: string[]) =>
  portcullis(['migrate', '--json', ...args], {
    DATABASE_URL: roles.ownerUrl,
    PORTCULLIS_KEEP_AUDIT_MONTHS: '3',
  });

beforeAll(async () => {
  [roles, redis, mailbox] = await Promise.all([startRoles(), startGuardedRedis(), startMailbox()]);
  [owner, application] = [queries(roles.ownerUrl), queries(roles.url)];
  const granted = await migrate('--grant-to', roles.application);
  expect([granted.err, JSON.parse(granted.out)]).toMatchObject(['', { grantedTo: roles.application }]);
  const env = { DATABASE_URL: roles.url, REDIS_URL: redis.url, SMTP_URL: mailbox.smtpUrl };
  [api, worker] = await Promise.all([startService('serve', env), startService('worker', env)]);
});
afterAll(async () => {
  await Promise.all([api?.stop(), worker?.stop(), owner?.close(), application?.close()]);
  await Promise.all([mailbox?.stop(), redis?.finish(), roles?.finish()]);
});

const mailed = async (to: string, page: string) => {
  const link = new RegExp(`/${page}#token=([\\w-]{43})`);
  const mail = await mailbox.waitFor(
    (one) => one.to.some(({ Address }) => Address === to) && link.test(one.text),
    60_000,
  );
  return link.exec(mail.text)?.[1] ?? '';
};

describe('the service', () => {
  it('signs up, mails, signs in, verifies, revokes, resets and refreshes with these privileges alone', async () => {
    const client = httpClient(api.url);
    const email = anAddress();
    const granted = async (procedure: string, input?: unknown, by = client) => {
      const answer = await by.mutate(procedure, input);
      expect([procedure, answer.status, answer.error]).toEqual([procedure, 200, undefined]);
      return answer.data;
    };
    await granted('account.signUp', { email, password: PASSWORD, name: 'Ada' });
    await granted('account.verifyEmail', { token: await mailed(email, 'verify-email') });
    await granted('session.signIn', { email, password: PASSWORD });
    const bearer = httpClient(api.url);
    const { tokens } = (await granted(
      'session.signIn',
      { email, password: PASSWORD, transport: 'bearer' },
      bearer,
    )) as {
      tokens: { refreshToken: string };
    };
    await granted('session.refresh', { refreshToken: tokens.refreshToken }, httpClient(api.url));
    await granted('account.changePassword', { currentPassword: PASSWORD, newPassword: NEW });
    await granted('session.revokeOthers');
    await granted('account.requestPasswordReset', { email });
    await granted('account.resetPassword', {
      token: await mailed(email, 'reset-password'),
      newPassword: PASSWORD,
    });
    expect((await client.query('account.me')).error).toMatchObject({ reason: 'session_revoked' });
    await granted('session.signIn', { email, password: PASSWORD });
    // Answered by Redis, once the index is trusted: so all four scripts run.
    await expect
      .poll(
        async () => {
          expect((await client.query('account.me')).status).toBe(200);
          return (await fetch(`${api.opsUrl}/metrics`)).text();
        },
        { timeout: 60_000 },
      )
      .toMatch(
        /portcullis_session_checks_total\{result="active",source="index"\} [1-9]|source="index"[^}]*\} [1-9]/,
      );
    await granted('account.delete', { password: PASSWORD });
    const ready = (await (await fetch(`${api.opsUrl}/readyz`)).json()) as object;
    expect(ready).toMatchObject({
      status: 'ok',
      checks: { redis: { status: 'ok' }, lease: { status: 'ok' } },
    });
    expect(api.output() + worker.output()).not.toMatch(/permission denied|NOPERM/i);
  });

  it('cleans up, adds months of the audit log, and drops those that the owner no longer keeps', async () => {
    const partition = (offset: number) =>
      owner.query<{ name: string }>(
        `SELECT 'audit_event_' || to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + $1 * interval '1 month', 'YYYY_MM') AS name`,
        [offset],
      );
    const [next, old] = [(await partition(2))[0]?.name ?? '', (await partition(-5))[0]?.name ?? ''];
    await owner.query(`DROP TABLE portcullis.${next}`);
    await owner.query(`CREATE TABLE portcullis.${old} PARTITION OF portcullis.audit_event
      FOR VALUES FROM ('${old.slice(-7).replace('_', '-')}-01 00:00:00+00') TO ('${old.slice(-7).replace('_', '-')}-02 00:00:00+00')`);
    const db = await openDatabase(settings(roles.url), systemClock);
    try {
      // What the caller asks for does not count: the owner said three.
      const policy = { ...CLEAN_UP_POLICY, auditMonths: 1 };
      const done = await cleanUp(
        { db, clock: systemClock, log: quiet, policy },
        new AbortController().signal,
      );
      expect(done).toMatchObject({ 'audit months ahead': 1, 'audit months': 1 });
      const kept = await owner.query('SELECT to_regclass($1)::text AS next, to_regclass($2)::text AS old', [
        `portcullis.${next}`,
        `portcullis.${old}`,
      ]);
      expect(kept).toEqual([{ next: `portcullis.${next}`, old: null }]);
    } finally {
      await db.close();
    }
  });

  it('heals and forgets in Redis, and hears hints', async () => {
    const connections: RedisConnection[] = [];
    const connect = () => {
      const connection = connectRedis(redis.url, quiet);
      connections.push(connection);
      return connection;
    };
    const connection = connect();
    const hints = createHints(connection, connect);
    try {
      await expect
        .poll(() => connection.isReady && connections.at(-1)?.isReady, { timeout: 30_000 })
        .toBe(true);
      const index = new RedisSessionIndex(connection, {
        readDeadlineMs: 5_000,
        writeDeadlineMs: 5_000,
        keyTtlMs: 60_000,
      });
      const replicationIds = (await index.reached()) ?? [];
      const generation = { name: 'test', replicationIds };
      await index.fence(generation, 'somebody', 'nonce');
      const fenced: string[] = [];
      for await (const { accountId } of index.fenced(generation)) fenced.push(accountId);
      expect(fenced).toEqual(['somebody']);
      expect(await index.removeOthers(() => Promise.resolve('another'))).toBeGreaterThan(0);
      const heard = new Promise<string>((resolve) => hints.subscribe((accountId) => resolve(accountId)));
      await expect.poll(() => connections.at(-1)?.isPubSubActive, { timeout: 30_000 }).toBe(true);
      const other = connectRedis(redis.url, quiet);
      connections.push(other);
      await expect.poll(() => other.isReady, { timeout: 30_000 }).toBe(true);
      await other.publish('pc:hints', 'an-account');
      expect(await heard).toBe('an-account');
    } finally {
      hints.close();
      for (const one of connections) if (one.isOpen) one.destroy();
    }
  });
});

describe('the role of the service may not', () => {
  it.each(FORBIDDEN_SQL)('%s', async (_, sql) => {
    // Not by its code: the trigger of the audit log, which refuses everybody, has the same.
    await expect(application.query(sql.replace(':owner', roles.owner))).rejects.toThrow(
      /^(?:permission denied|must be owner|must be superuser)/,
    );
  });

  it('though it may add an audit event, and read one', async () => {
    await application.query(
      "INSERT INTO portcullis.audit_event (id, at, type, actor) VALUES (gen_random_uuid(), now(), 'test', 'system')",
    );
    expect(await application.query("SELECT actor FROM portcullis.audit_event WHERE type = 'test'")).toEqual([
      { actor: 'system' },
    ]);
  });
});

describe('the user of the service in Redis may not', () => {
  const asUser = async <T>(url: string, work: (client: RedisConnection) => Promise<T>): Promise<T> => {
    const client = connectRedis(url, quiet);
    try {
      await expect.poll(() => client.isReady, { timeout: 30_000 }).toBe(true);
      return await work(client);
    } finally {
      client.destroy();
    }
  };
  const REFUSED = /NOPERM|ACL failure|no permissions|can't (?:run|access)|command not allowed/i;

  it('but it may count limits', () =>
    asUser(redis.url, async (client) => {
      for (const [script, call] of COUNTING) await client.eval(script, call);
    }));

  it.each(FORBIDDEN_COMMANDS)('%s', async (command) => {
    await asUser(redis.url, async (client) => {
      await expect(client.sendCommand(command.split(' '))).rejects.toThrow(REFUSED);
    });
  });

  it('do by a script what it may not do without', async () => {
    await asUser(redis.url, async (client) => {
      for (const script of [
        "return redis.call('FLUSHALL')",
        "return redis.call('KEYS', '*')",
        "return redis.call('SET', 'other:key', '1')",
      ])
        await expect(client.eval(script)).rejects.toThrow(REFUSED);
    });
  });

  it('and nobody without a password may do more than ping', async () => {
    await asUser(redis.bareUrl, async (client) => {
      expect(await client.ping()).toBe('PONG');
      for (const command of [['INFO'], ['HGET', 'pc:a', 'f'], ['EVAL', 'return 1', '0']])
        await expect(client.sendCommand(command)).rejects.toThrow(REFUSED);
    });
  });
});

describe('migrate --grant-to', () => {
  it('may run again, also after somebody granted more', async () => {
    await owner.query(`GRANT ALL ON portcullis.audit_event TO ${roles.application}`);
    expect((await migrate('--grant-to', roles.application)).code).toBe(0);
    await expect(application.query('DELETE FROM portcullis.audit_event')).rejects.toThrow(
      'permission denied',
    );
  });

  it('refuses the owner, a superuser and nobody', async () => {
    const admin = new pg.Client({ connectionString: roles.ownerUrl });
    await admin.connect();
    const { rows } = await admin.query<{ name: string }>(
      'SELECT rolname AS name FROM pg_roles WHERE rolsuper LIMIT 1',
    );
    await admin.end();
    for (const [role, why] of [
      [roles.owner, 'owns the schema'],
      [rows[0]?.name ?? '', 'superuser'],
      ['nobody; DROP SCHEMA portcullis', 'no such role'],
    ] as const)
      expect(await migrate('--grant-to', role)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining(why) as string,
      });
  });
});

it('doctor is content with this role; it warns of the owner, and fails in production', async () => {
  const check = async (env: Record<string, string>) => {
    const { out } = await portcullis(['doctor', '--json'], { REDIS_URL: redis.url, ...env });
    const { checks } = JSON.parse(out) as { checks: { name: string; status: string; detail: string }[] };
    expect(checks.filter(({ name, status }) => name.startsWith('Redis') && status === 'failed')).toEqual([]);
    expect(checks.find(({ name }) => name === 'Schema')).toMatchObject({ status: 'ok' });
    return checks.find(({ name }) => name === 'Postgres privileges');
  };
  expect(await check({ DATABASE_URL: roles.url })).toMatchObject({ status: 'ok' });
  expect(await check({ DATABASE_URL: roles.ownerUrl })).toMatchObject({
    status: 'warning',
    detail: 'the role owns the schema',
  });
  const production = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://auth.example.test',
    SMTP_URL: mailbox.smtpUrl,
    ...generateKeys(),
  };
  expect(await check({ ...production, DATABASE_URL: roles.ownerUrl })).toMatchObject({ status: 'failed' });
  expect(await check({ ...production, DATABASE_URL: roles.url })).toMatchObject({ status: 'ok' });
});
