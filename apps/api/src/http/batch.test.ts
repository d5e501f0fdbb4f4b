import { describe, expect, test } from 'vitest';
import { appRouter } from '../trpc/router.ts';
import { COOKIE, fixture, get, post, refusalIn } from './app.fixture.ts';

describe('a batch', () => {
  test('checks the session for each of its calls', async () => {
    const { app, verified } = fixture();
    const response = await get(app, '/trpc/account.me,account.me,account.me?batch=1', COOKIE);
    expect(response.status).toBe(200);
    expect(verified).toHaveLength(3);
  });

  test('may answer each call differently', async () => {
    const response = await get(fixture().app, '/trpc/account.me,nothing?batch=1', COOKIE);
    expect(response.status).toBe(207);
    const [good, bad] = (await response.json()) as [
      { result?: unknown },
      { error?: { data: { reason: string } } },
    ];
    expect([good.result !== undefined, bad.error?.data.reason]).toEqual([true, 'not_found']);
  });

  const mutations = Object.entries(
    appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: unknown[] } }>,
  ).filter(([, { _def }]) => _def.type === 'mutation');
  const together = new Set(['account.update', 'account.requestEmailChange']);

  test('knows every mutation of the contract', () => {
    expect(mutations.map(([name]) => name).sort()).toEqual(
      [
        ...[
          'changePassword',
          'confirmEmailChange',
          'delete',
          'requestEmailChange',
          'requestEmailVerification',
          'requestPasswordReset',
          'resetPassword',
          'signUp',
          'undoEmailChange',
          'update',
          'verifyEmail',
        ].map((name) => `account.${name}`),
        ...['reauthenticate', 'refresh', 'revoke', 'revokeAll', 'revokeOthers', 'signIn', 'signOut'].map(
          (name) => `session.${name}`,
        ),
      ].sort(),
    );
  });

  test.each(mutations.filter(([name]) => !together.has(name)).map(([name]) => name))(
    'refuses %s beside another call before its input or its session is looked at',
    async (name) => {
      const { app, verified } = fixture();
      const response = await post(app, `${name},${name}?batch=1`, {}, COOKIE);
      const refusals = (await response.json()) as { error: { data: object } }[];
      expect(response.status).toBe(400);
      for (const { error } of refusals)
        expect(error.data).toMatchObject({ reason: 'input_invalid', fields: { batch: 'not_alone' } });
      expect(verified).toEqual([]);
    },
  );

  test.each(mutations.filter(([, { _def }]) => _def.inputs.length === 0).map(([name]) => name))(
    '%s takes no input, and the gate knows it',
    async (name) => {
      const response = await post(fixture().app, name, { any: 1 }, COOKIE);
      expect(await refusalIn(response)).toMatchObject({
        reason: 'input_invalid',
        fields: { any: 'unrecognized' },
      });
    },
  );
});
