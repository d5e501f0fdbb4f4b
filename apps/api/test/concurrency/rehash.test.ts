import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { changePassword } from '../../src/services/account/change-password.ts';
import { deleteAccount } from '../../src/services/account/delete.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import type { SignedInContext } from '../../src/services/context.ts';
import { reauthenticate } from '../../src/services/session/reauthenticate.ts';
import { type Gate, closedGate } from '../support/gate.ts';
import { finishRedis } from '../support/hooks.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Person, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const NEW = 'another passphrase 2';

let base: TestDatabase;
let redis: TestRedis;
let a: Instance;
let b: Instance;
let proven: Gate;

beforeAll(async () => {
  base = await freshDatabase();
  redis = await startTestRedis();
  a = await startInstance({
    databaseUrl: base.url,
    redisUrl: redis.url,
    wrapHasher: (real) => ({
      ...real,
      hash: real.hash,
      needsRehash: real.needsRehash,
      verifyNothing: real.verifyNothing,
      verify: async (...args) => {
        const right = await real.verify(...args);
        await proven.pass();
        return right;
      },
    }),
  });
  b = await startInstance({ databaseUrl: base.url, redisUrl: redis.url });
});
afterEach(() => proven.open());
afterAll(async () => {
  for (const one of [a, b]) await one.close();
  await finishRedis(redis);
  await base.drop();
});

/** What a sign-in elsewhere does to a hash that was made with older parameters. */
const renewHash = async ({ accountId, password }: Person): Promise<void> => {
  const [row] = await rows<{ epoch: string }>(
    b,
    `WITH allowed AS MATERIALIZED (SELECT set_config('portcullis.rehash', 'on', true))
     UPDATE portcullis.account SET password_hash = ? FROM allowed WHERE id = ? RETURNING epoch`,
    [await b.hasher.hash(password), accountId],
  );
  expect(row?.epoch).toBe('1');
};

const verbs: { verb: string; run: (ctx: SignedInContext, password: string) => Promise<unknown> }[] = [
  {
    verb: 'a change of the password',
    run: (ctx, currentPassword) => changePassword(ctx, { currentPassword, newPassword: NEW }),
  },
  { verb: 'a proof of the password', run: (ctx, password) => reauthenticate(ctx, { password }) },
  { verb: 'a deletion', run: (ctx, password) => deleteAccount(ctx, { password }) },
];

/** The verb on `a`, held just after the password was proven. */
const hold = async (run: (typeof verbs)[number]['run']) => {
  proven = closedGate();
  const person = await makePerson(b);
  const { sessionId, accountId } = await open(b, person);
  const done = run(await a.as(sessionId, accountId), person.password);
  await proven.arrived;
  return { person, done };
};

it.each(verbs)('G5: $verb stands although the hash was renewed beside it', async ({ run }) => {
  const { person, done } = await hold(run);
  await renewHash(person);
  proven.open();
  await expect(done).resolves.toBeDefined();
});

it.each(verbs)('G4: $verb that proved the old password does nothing once it was reset', async ({ run }) => {
  const { person, done } = await hold(run);
  await resetPassword(b.ctx(), { token: await mintLink(b, person), newPassword: NEW });
  proven.open();
  await expect(done).rejects.toMatchObject({ reason: 'session_revoked' });
  await expect(open(b, person, NEW)).resolves.toMatchObject({ accountId: person.accountId });
});
