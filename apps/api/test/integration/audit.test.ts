import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { changePassword } from '../../src/services/account/change-password.ts';
import { confirmEmailChange } from '../../src/services/account/confirm-email-change.ts';
import { deleteAccount } from '../../src/services/account/delete.ts';
import { requestEmailChange } from '../../src/services/account/request-email-change.ts';
import { requestPasswordReset } from '../../src/services/account/request-password-reset.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { disableAccount, enableAccount, signOutAccount } from '../../src/services/account/set-disabled.ts';
import { undoEmailChange } from '../../src/services/account/undo-email-change.ts';
import { updateAccount } from '../../src/services/account/update.ts';
import { reauthenticate } from '../../src/services/session/reauthenticate.ts';
import { refresh } from '../../src/services/session/refresh.ts';
import { revokeAll, revokeOthers, revokeSession, signOut } from '../../src/services/session/revoke.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Opened, type Person, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const NEW = 'another passphrase 2';
const anAddress = () => `${randomBytes(6).toString('hex')}@example.test`;

let base: TestDatabase;
let here: Instance;

beforeAll(async () => {
  base = await freshDatabase();
  here = await startInstance({ databaseUrl: base.url, redisUrl: null });
});
afterAll(async () => {
  await here?.close();
  await base?.drop();
});

interface Holder {
  person: Person;
  session: Opened;
  other: Opened;
}
const as = ({ sessionId, accountId }: Opened) => here.as(sessionId, accountId);
const eventsOf = async ({ accountId }: Person) => {
  const sql = 'SELECT type, actor FROM portcullis.audit_event WHERE account_id = ? ORDER BY at, id';
  return (await rows<{ type: string; actor: string }>(here, sql, [accountId])).map(
    ({ type, actor }) => `${type} by ${actor}`,
  );
};
const hold = async (): Promise<Holder> => {
  const person = await makePerson(here);
  return { person, session: await open(here, person), other: await open(here, person) };
};
const wrongly = (attempt: Promise<unknown>) => expect(attempt).rejects.toThrow();

/** What each leaves, and nothing else: a refusal that nobody could learn from leaves nothing. */
const LEAVES: [event: string, name: string, happen: (holder: Holder) => Promise<unknown>][] = [
  ['signed_in by account', 'a sign-in', ({ person }) => open(here, person)],
  ['sign_in_failed by anonymous', 'a wrong password', ({ person }) => wrongly(open(here, person, 'wrong'))],
  [
    'password_check_failed by account',
    'a wrong password within a session',
    async ({ session }) => wrongly(reauthenticate(await as(session), { password: 'wrong' })),
  ],
  [
    'reauthenticated by account',
    'a password typed again',
    async ({ session, person }) => reauthenticate(await as(session), { password: person.password }),
  ],
  [
    'password_changed by account',
    'a change of the password',
    async ({ session, person }) =>
      changePassword(await as(session), { currentPassword: person.password, newPassword: NEW }),
  ],
  [
    'password_reset_requested by anonymous',
    'a reset asked for',
    ({ person }) => requestPasswordReset(here.ctx(), { email: person.email }),
  ],
  [
    'password_reset by link',
    'a reset',
    async ({ person }) =>
      resetPassword(here.ctx(), { token: await mintLink(here, person), newPassword: NEW }),
  ],
  [
    'nothing',
    'a reset by a link that is none',
    () => wrongly(resetPassword(here.ctx(), { token: 'x'.repeat(43), newPassword: NEW })),
  ],
  [
    'email_change_requested by account',
    'a change of address asked for',
    async ({ session }) => requestEmailChange(await as(session), { newEmail: anAddress() }),
  ],
  [
    'email_changed by link',
    'a change of address',
    async ({ session, person }) =>
      confirmEmailChange(await as(session), {
        token: await mintLink(here, person, 'change_email', anAddress()),
      }),
  ],
  [
    'email_restored by link',
    'a change of address undone',
    async ({ person }) =>
      undoEmailChange(here.ctx(), { token: await mintLink(here, person, 'undo_email_change', anAddress()) }),
  ],
  [
    'profile_changed by account',
    'another name',
    async ({ session }) => updateAccount(await as(session), { name: 'Grace' }),
  ],
  ['signed_out by account', 'a sign-out', async ({ session }) => signOut(await as(session))],
  [
    'session_revoked by account',
    'another session revoked',
    async ({ session, other }) => revokeSession(await as(session), { sessionId: other.sessionId as never }),
  ],
  [
    'nothing',
    'a session that is none',
    async ({ session }) =>
      wrongly(
        revokeSession(await as(session), {
          sessionId: randomBytes(32).toString('base64url') as never,
        }),
      ),
  ],
  [
    'sessions_revoked by account',
    'all others revoked',
    async ({ session }) => revokeOthers(await as(session)),
  ],
  ['sessions_revoked by account', 'all revoked', async ({ session }) => revokeAll(await as(session))],
  [
    'refresh_reused by anonymous',
    'a refresh secret used twice',
    async ({ session: { sessionId, refreshToken } }) => {
      const age =
        "UPDATE portcullis.session SET refresh_rotated_at = now() - interval '5 minutes' WHERE id = ?";
      await rows(here, age, [sessionId]);
      await refresh(here.ctx(), { refreshToken });
      await rows(here, age, [sessionId]);
      await wrongly(refresh(here.ctx(), { refreshToken }));
    },
  ],
  [
    'account_disabled by operator',
    'an account disabled',
    ({ person }) => disableAccount(here.ctx(), person.accountId),
  ],
  [
    'sessions_revoked by operator',
    'signed out by the operator',
    ({ person }) => signOutAccount(here.ctx(), person.accountId),
  ],
  [
    'account_deleted by account',
    'an account deleted',
    async ({ session, person }) => deleteAccount(await as(session), { password: person.password }),
  ],
];

describe('the audit log', () => {
  it.each(LEAVES)('has %s, once, for %s', async (event, _, happen) => {
    const holder = await hold();
    const before = await eventsOf(holder.person);
    await happen(holder);
    expect((await eventsOf(holder.person)).slice(before.length)).toEqual(event === 'nothing' ? [] : [event]);
  });

  it('has a right password for a disabled account, and its being enabled', async () => {
    const { person } = await hold();
    await disableAccount(here.ctx(), person.accountId);
    await wrongly(open(here, person));
    await enableAccount(here.ctx(), person.accountId);
    expect((await eventsOf(person)).slice(-3)).toEqual([
      'account_disabled by operator',
      'sign_in_failed by anonymous',
      'account_enabled by operator',
    ]);
  });

  it('is written with what it records, or neither is (G3)', async () => {
    const { person } = await hold();
    const before = await eventsOf(person);
    await rows(
      here,
      `ALTER TABLE portcullis.audit_event ADD CONSTRAINT test_refuses CHECK (type <> 'password_reset') NOT VALID`,
    );
    const token = await mintLink(here, person);
    await wrongly(resetPassword(here.ctx(), { token, newPassword: NEW }));
    await rows(here, 'ALTER TABLE portcullis.audit_event DROP CONSTRAINT test_refuses');
    expect(await eventsOf(person)).toEqual(before);
    await open(here, person);
    await resetPassword(here.ctx(), { token, newPassword: NEW });
  });
});

describe('accounts audit', () => {
  const audit = async (...args: string[]) => {
    let [out, err] = ['', ''];
    const code = await run(['accounts', 'audit', ...args], {
      env: { DATABASE_URL: base.url },
      out: (text) => (out += text),
      err: (text) => (err += text),
    });
    return { code, out, err };
  };
  const listed = async (...args: string[]) => {
    const { code, out, err } = await audit(...args, '--json');
    expect([code, err]).toEqual([0, '']);
    return (JSON.parse(out) as { events: { type: string; accountId: string | null; at: string }[] }).events;
  };

  it('prints the newest of one account, by type and time, without secrets and addresses', async () => {
    const { person } = await hold();
    await wrongly(open(here, person, 'a wrong passphrase'));
    const events = await listed(person.email);
    expect(events.map(({ type }) => type)).toEqual(['sign_in_failed', 'signed_in', 'signed_in']);
    expect(events.every(({ accountId }) => accountId === person.accountId)).toBe(true);
    expect(JSON.stringify(events)).not.toContain(person.email);
    expect(await listed(person.accountId, '--limit', '1')).toEqual(events.slice(0, 1));
    expect(await listed(person.email, '--type', 'signed_in,signed_out')).toEqual(events.slice(1));
    expect(await listed(person.email, '--since', '9000-01-01')).toEqual([]);
    expect(await listed(person.email, '--until', '2000-01-01')).toEqual([]);
    expect(await listed(person.email, '--since', events.at(-1)?.at ?? '')).toEqual(events);
    expect((await audit(person.email)).out).toMatch(/^\S+Z\tsign_in_failed\tanonymous\t/);
  });

  it('still tells of an account that is deleted, by its id', async () => {
    const { person, session } = await hold();
    await deleteAccount(await as(session), { password: person.password });
    expect((await listed(person.accountId))[0]).toMatchObject({ type: 'account_deleted' });
    expect(await audit(person.email)).toMatchObject({ code: 1, err: 'error: there is no such account\n' });
  });

  it('exports all of them as JSON lines, each once, the oldest first', async () => {
    await rows(
      here,
      `INSERT INTO portcullis.audit_event (id, at, type, actor, details)
       SELECT gen_random_uuid(), timestamptz '2020-01-01' + n * interval '1 minute', 'exported', 'system', jsonb_build_object('n', n) FROM generate_series(1, 1234) AS n`,
    );
    const { code, out, err } = await audit('--lines');
    expect([code, err]).toEqual([0, '']);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; type: string; details: { n?: number } });
    const [stored] = await rows<{ n: number }>(here, 'SELECT count(*)::int AS n FROM portcullis.audit_event');
    expect(events).toHaveLength(stored?.n ?? 0);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const { out: some } = await audit(
      '--lines',
      '--type',
      'exported',
      '--since',
      '2020-01-01T00:30:00Z',
      '--until',
      '2020-01-01T01:00:00Z',
    );
    expect(some.trimEnd().split('\n')).toHaveLength(30);
  });

  it.each([
    ['--type', 'x; DROP'],
    ['--since', 'yesterday'],
    ['--limit', '0'],
  ])('is called wrongly with %s %s', async (...args) => {
    expect((await audit(...args)).code).toBe(2);
  });
});
