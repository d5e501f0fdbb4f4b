import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailCause } from '../../src/domain/mail-cause.ts';
import { changePassword } from '../../src/services/account/change-password.ts';
import { confirmEmailChange } from '../../src/services/account/confirm-email-change.ts';
import { deleteAccount } from '../../src/services/account/delete.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { disableAccount, enableAccount, signOutAccount } from '../../src/services/account/set-disabled.ts';
import { signUp } from '../../src/services/account/sign-up.ts';
import { undoEmailChange } from '../../src/services/account/undo-email-change.ts';
import { verifyEmail } from '../../src/services/account/verify-email.ts';
import { prepareEmailChange } from '../../src/services/mail/email-change.ts';
import { prepareResetPassword } from '../../src/services/mail/reset-password.ts';
import { reauthenticate } from '../../src/services/session/reauthenticate.ts';
import { refresh } from '../../src/services/session/refresh.ts';
import { revokeAll, revokeOthers, revokeSession, signOut } from '../../src/services/session/revoke.ts';
import { deviceCookie, deviceShown, isStillKnown } from '../../src/services/session/device.ts';
import { openSession } from '../../src/services/session/steps.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Opened, type Person, rows, sha256 } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';
import { cells, type Event, type Kind, KINDS } from './credentials-table.ts';

const NEW = 'another passphrase 2';
const anAddress = () => `${randomBytes(6).toString('hex')}@example.test`;

/** Somebody with one credential of every kind. */
interface Holder {
  person: Person;
  caller: Opened;
  named: Opened;
  another: Opened;
  links: {
    reset: string;
    change: string;
    undo: string;
    ownReset: string;
    ownChange: string;
    ownUndo: string;
  };
  registration: { token: string; registrationSecret: string };
  before: { epoch: number; link_epoch: number };
  device: string;
}

describe('W8, G9: every credential dies with what the contract says it dies with, and with nothing else', () => {
  let base: TestDatabase;
  let redis: TestRedis;
  let here: Instance;
  let there: Instance;

  beforeAll(async () => {
    base = await freshDatabase();
    redis = await startTestRedis();
    here = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
    there = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
  });
  afterAll(async () => {
    for (const one of [here, there]) await one.close();
    await finishRedis(redis);
    await base.drop();
  });

  const isCopied = async ({ sessionId, accountId }: Opened) => {
    const verdict = await there.verify(sessionId, accountId);
    return verdict.status === 'live' && verdict.source === 'index';
  };
  const hold = async (): Promise<Holder> => {
    const person = await makePerson(here);
    const [caller, named, another] = await Promise.all([0, 1, 2].map(() => open(here, person)));
    if (!caller || !named || !another) throw new Error('three sessions were opened');
    // All of them in the index, so that a copy that outlives its fact would show.
    for (const session of [caller, named, another]) while (!(await isCopied(session)));
    const { registrationSecret } = await signUp(here.ctx(), { email: person.email, password: NEW });
    const token = randomBytes(32).toString('base64url');
    await rows(here, 'UPDATE portcullis.registration SET secret_hash = ? WHERE cookie_hash = ?', [
      sha256(token),
      sha256(registrationSecret),
    ]);
    const [before] = await rows<{ epoch: string; link_epoch: string }>(
      here,
      'SELECT epoch, link_epoch FROM portcullis.account WHERE id = ?',
      [person.accountId],
    );
    return {
      person,
      caller,
      named,
      another,
      links: {
        reset: await mintLink(here, person),
        ownReset: await mintLink(here, person),
        change: await mintLink(here, person, 'change_email', anAddress()),
        ownChange: await mintLink(here, person, 'change_email', anAddress()),
        undo: await mintLink(here, person, 'undo_email_change', anAddress()),
        ownUndo: await mintLink(here, person, 'undo_email_change', anAddress()),
      },
      registration: { token, registrationSecret },
      before: { epoch: Number(before?.epoch), link_epoch: Number(before?.link_epoch) },
      device: deviceCookie(here.ctx(), person.email, Number(before?.link_epoch), new Date()),
    };
  };

  const spentLongAgo = (sessionId: string) =>
    rows(
      here,
      "UPDATE portcullis.session SET refresh_rotated_at = now() - interval '5 minutes' WHERE id = ?",
      [sessionId],
    );
  const as = ({ sessionId, accountId }: Opened) => here.as(sessionId, accountId);

  const happen: Record<Event, (holder: Holder) => Promise<unknown>> = {
    password_reset: ({ links }) => resetPassword(here.ctx(), { token: links.ownReset, newPassword: NEW }),
    password_changed: async ({ caller, person }) =>
      changePassword(await as(caller), { currentPassword: person.password, newPassword: NEW }),
    revoked_others: async ({ caller }) => revokeOthers(await as(caller)),
    revoked_all: async ({ caller }) => revokeAll(await as(caller)),
    operator: ({ person }) => signOutAccount(here.ctx(), person.accountId),
    sign_out: async ({ caller }) => signOut(await as(caller)),
    revoked: async ({ caller, named }) =>
      revokeSession(await as(caller), { sessionId: named.sessionId as never }),
    refresh_reuse: async ({ named }) => {
      for (let use = 0; use < 2; use += 1) {
        await spentLongAgo(named.sessionId);
        await refresh(here.ctx(), { refreshToken: named.refreshToken }).catch((error: unknown) => {
          if (use === 0) throw error;
        });
      }
    },
    reauthenticated: async ({ caller, person }) =>
      reauthenticate(await as(caller), { password: person.password }),
    email_changed: async ({ caller, links }) =>
      confirmEmailChange({ ...here.ctx(), caller: (await as(caller)).caller }, { token: links.ownChange }),
    email_restored: ({ links }) => undoEmailChange(here.ctx(), { token: links.ownUndo }),
    account_disabled: ({ person }) => disableAccount(here.ctx(), person.accountId),
    account_deleted: async ({ caller, person }) =>
      deleteAccount(await as(caller), { password: person.password }),
    enabled: async ({ person }) => {
      await disableAccount(here.ctx(), person.accountId);
      await enableAccount(here.ctx(), person.accountId);
    },
  };

  const mail = () => ({ ...there.deps, times: {}, sender: {} }) as never;
  const notice = () => ({
    id: here.deps.random.uuid(),
    at: new Date(Date.now() - 1_000),
    cause: mailCause(null),
  });
  const soon = () => performance.now() + 10_000;
  const isLive = async ({ sessionId, accountId }: Opened) =>
    (await there.verify(sessionId, accountId)).status === 'live';
  const works = (use: Promise<unknown>) =>
    use.then(
      () => true,
      (error: { reason?: string }) => {
        // Only a refusal counts as dead, never an outage or a mistake.
        if (
          !['session_revoked', 'verification_invalid', 'credentials_invalid', 'account_disabled'].includes(
            error.reason ?? '',
          )
        )
          throw error;
        return false;
      },
    );

  /** Whether the credential lets somebody in now; tried on the other instance. */
  const lives: Record<Kind, (holder: Holder) => Promise<boolean>> = {
    'another session': ({ another }) => isLive(another),
    'the named session': ({ named }) => isLive(named),
    "the caller's session": ({ caller }) => isLive(caller),
    "another session's refresh secret": ({ another }) => works(refresh(there.ctx(), another)),
    "the named session's refresh secret": ({ named }) => works(refresh(there.ctx(), named)),
    "the caller's refresh secret": ({ caller }) => works(refresh(there.ctx(), caller)),
    'a reset link': ({ links }) =>
      works(resetPassword(there.ctx(), { token: links.reset, newPassword: 'a third passphrase 3' })),
    'a reset link asked for and not yet mailed': async ({ person, before }) =>
      (await there.db.write(soon(), (tx) =>
        prepareResetPassword(tx, mail(), notice(), {
          accountId: person.accountId,
          linkEpoch: before.link_epoch,
        }),
      )) !== null,
    'a link that confirms a new address': ({ links }) =>
      works(confirmEmailChange(there.ctx(), { token: links.change })),
    'a new address asked for and not yet mailed': async ({ person, before }) =>
      (await there.db.write(soon(), (tx) =>
        prepareEmailChange(tx, mail(), notice(), {
          accountId: person.accountId,
          linkEpoch: before.link_epoch,
          newEmail: anAddress(),
        }),
      )) !== null,
    'the link that undoes a change of address': ({ links }) =>
      works(undoEmailChange(there.ctx(), { token: links.undo })),
    'the password of before': async ({ person }) => {
      const [now] = await rows<{ email: string }>(
        there,
        'SELECT email FROM portcullis.account WHERE id = ?',
        [person.accountId],
      );
      return works(open(there, { ...person, email: now?.email || person.email }));
    },
    'a sign-in under way that proved that password': async ({ person, before }) =>
      (await there.db.write(soon(), (tx) =>
        openSession(tx, there.ctx(), {
          accountId: person.accountId,
          epoch: before.epoch,
          transport: 'bearer',
          remember: false,
        }),
      )) !== null,
    'a device that is known': async ({ person, device }) => {
      const [now] = await rows<{ key: string | null; linkEpoch: string }>(
        there,
        'SELECT email_key AS key, link_epoch AS "linkEpoch" FROM portcullis.account WHERE id = ?',
        [person.accountId],
      );
      const shown = deviceShown({ ...there.ctx(), deviceCookie: device }, now?.key ?? '');
      return shown !== null && isStillKnown(shown, { linkEpoch: Number(now?.linkEpoch) });
    },
    'a pending registration of the address': ({ registration }) =>
      works(verifyEmail(there.ctx(), registration)),
  };

  it('W8, G9: before anything happened each of them lets somebody in, but a registration of a taken address', async () => {
    for (const kind of KINDS) {
      const expected = kind !== 'a pending registration of the address';
      expect({ kind, lives: await lives[kind](await hold()) }).toEqual({ kind, lives: expected });
    }
  });

  it.each(cells)('W8, G9: $event: $kind $outcome', async ({ event, kind, outcome }) => {
    const holder = await hold();
    await happen[event](holder);
    expect(await lives[kind](holder)).toBe(outcome === 'lives');
    if (outcome !== 'waits') return;
    await enableAccount(here.ctx(), holder.person.accountId);
    expect(await lives[kind](holder)).toBe(true);
  });

  it('G9: what replaces the session of the caller is another session, live at once on every instance', async () => {
    for (const event of ['password_changed', 'reauthenticated'] as const) {
      const holder = await hold();
      const { credential } = (await happen[event](holder)) as { credential: { session: { id: string } } };
      expect(credential.session.id).not.toBe(holder.caller.sessionId);
      expect(await isLive({ ...holder.caller, sessionId: credential.session.id })).toBe(true);
    }
  });
});
