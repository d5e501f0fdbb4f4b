import type { TestDatabase } from '@portcullis/devstack/test-database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPepperedHasher, pepperIdOf } from '../../src/adapters/pepper.ts';
import { run } from '../../src/cli/program.ts';
import { resetPassword } from '../../src/services/account/reset-password.ts';
import { closedGate, type Gate } from '../support/gate.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, mintLink, open, type Person, rows } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

const NEW = 'another passphrase 2';
const [first, second] = [Buffer.alloc(32, 'first pepper'), Buffer.alloc(32, 'second pepper')];

let base: TestDatabase;
const started: Instance[] = [];
beforeEach(async () => {
  base = await freshDatabase();
});
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
  await base.drop();
});

const instance = async (current: Buffer | null, others: Buffer[] = [], gate?: Gate): Promise<Instance> => {
  const one = await startInstance({
    databaseUrl: base.url,
    redisUrl: null,
    wrapHasher: (real) => {
      const peppered = createPepperedHasher(real, {
        current,
        all: current === null ? others : [current, ...others],
      });
      const hash = async (password: string) => {
        await gate?.pass();
        return peppered.hash(password);
      };
      return { ...peppered, hash };
    },
  });
  started.push(one);
  return one;
};
const hashOf = async (by: Instance, { accountId }: Person) => {
  const sql = 'SELECT password_hash FROM portcullis.account WHERE id = ?';
  return (await rows<{ password_hash: string }>(by, sql, [accountId]))[0]?.password_hash ?? '';
};

it('brings a pepper in, and a newer one, at the next sign-in; all that verify are needed until then', async () => {
  const plain = await instance(null);
  const person = await makePerson(plain);
  expect(await hashOf(plain, person)).not.toContain('keyid');
  // Every instance knows the pepper before one uses it.
  const announced = await instance(null, [first]);
  const peppered = await instance(first);
  await open(peppered, person);
  expect(await hashOf(plain, person)).toContain(`,keyid=${pepperIdOf(first)}$`);
  await open(announced, person);
  await open(peppered, person);
  const rotated = await instance(second, [first]);
  await expect(open(rotated, person, 'a wrong passphrase')).rejects.toMatchObject({
    reason: 'credentials_invalid',
  });
  expect(await hashOf(plain, person)).toContain(pepperIdOf(first));
  await open(rotated, person);
  expect(await hashOf(plain, person)).toContain(`,keyid=${pepperIdOf(second)}$`);
  await open(await instance(second), person);
});

it('W7: the upgrade to a newer pepper cannot bring the old password back (G10)', async () => {
  const renewing = closedGate();
  const old = await instance(first);
  const person = await makePerson(old);
  await open(old, person);
  const rotating = await instance(second, [first], renewing);
  const other = await instance(second, [first]);
  const slow = open(rotating, person);
  await renewing.arrived;
  await resetPassword(other.ctx(), { token: await mintLink(other, person), newPassword: NEW });
  const after = await hashOf(other, person);
  renewing.open();
  const session = await slow;
  expect(await hashOf(other, person)).toBe(after);
  expect(await other.verify(session.sessionId, session.accountId)).toMatchObject({ status: 'rejected' });
  await expect(open(other, person)).rejects.toMatchObject({ reason: 'credentials_invalid' });
  await open(other, person, NEW);
});

it('without its pepper nobody signs in until a reset, and doctor says whose key is missing', async () => {
  const peppered = await instance(first);
  const person = await makePerson(peppered);
  await open(peppered, person);
  const lost = await instance(second);
  await expect(open(lost, person)).rejects.toMatchObject({ reason: 'credentials_invalid' });
  const doctor = async (peppers: Buffer[]) => {
    let out = '';
    await run(['doctor', '--json'], {
      env: {
        DATABASE_URL: base.url,
        PORTCULLIS_PASSWORD_PEPPERS: peppers.map((key) => key.toString('base64url')).join(','),
      },
      out: (text) => (out += text),
      err: () => undefined,
    });
    const { checks } = JSON.parse(out) as { checks: { name: string; status: string; detail: string }[] };
    return checks.find(({ name }) => name === 'Peppers');
  };
  expect(await doctor([second])).toMatchObject({
    status: 'failed',
    detail: expect.stringContaining('1 passwords') as string,
  });
  expect(await doctor([second, first])).toMatchObject({
    status: 'ok',
    detail: expect.stringContaining('1 passwords still need') as string,
  });
  expect(await doctor([first])).toMatchObject({ status: 'ok' });
  await resetPassword(lost.ctx(), { token: await mintLink(lost, person), newPassword: NEW });
  await open(lost, person, NEW);
});
