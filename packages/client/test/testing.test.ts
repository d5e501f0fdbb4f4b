import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestAuth, type TestAuth } from '../src/testing.ts';

let made: TestAuth;

beforeEach(() => {
  made = createTestAuth({ timeoutMs: 1_000, deadlineMs: 5_000, retries: 1, breaker: { openAfter: 1_000 } });
});
afterEach(() => made.close());

const outcomeOf = async (token: string) => {
  const outcome = await made.auth.verify(token);
  return outcome.ok ? 'live' : outcome.decided ? outcome.reason : outcome.cause;
};

test('an issuer in memory opens, ends and expires sessions of either transport', async () => {
  const [one, two] = [made.signIn(), made.signIn({ transport: 'cookie' })];
  const sibling = made.signIn({ accountId: one.accountId });
  expect(await outcomeOf(one.token)).toBe('live');
  expect((await made.auth.verify({ headers: two.headers })).ok).toBe(true);
  made.revoke({ accountId: one.accountId });
  made.expire(two.sessionId);
  expect(await outcomeOf(one.token)).toBe('session_revoked');
  expect(await outcomeOf(sibling.token)).toBe('session_revoked');
  expect(await outcomeOf(two.token)).toBe('session_expired');
  expect(await outcomeOf(createTestAuth().signIn().token)).toBe('token_invalid');
});

test('introspection and the end of a session work as the service does it', async () => {
  const who = made.signIn();
  expect(await made.auth.introspect(who.token)).toMatchObject({ active: true, sub: who.accountId });
  await made.auth.sessions.end(who.token);
  expect(await made.auth.introspect(who.token)).toEqual({ active: false });
});

test.each([
  ['down', true, 'network'],
  ['slowMs', 60_000, 'timeout'],
  ['flaky', 10, 'service'],
  ['unavailable', true, 'service'],
  ['refuseClient', true, 'client_refused'],
  ['wrongVersion', true, 'protocol'],
] as const)(
  'the switch %s makes the outcome unknown, and taking it back makes it known',
  async (name, value, cause) => {
    const { token } = made.signIn();
    expect(await outcomeOf(token)).toBe('live');
    Object.assign(made.faults, { [name]: value });
    expect(await outcomeOf(token)).toBe(cause);
    Object.assign(made.faults, { [name]: typeof value === 'number' ? 0 : false });
    expect(await outcomeOf(token)).toBe('live');
  },
);

test('a fault that one more try overcomes is overcome, and the calls are counted', async () => {
  const { token } = made.signIn();
  await outcomeOf(token);
  const before = made.calls.get('/v1/verify') ?? 0;
  made.faults.flaky = 1;
  expect(await outcomeOf(token)).toBe('live');
  expect((made.calls.get('/v1/verify') ?? 0) - before).toBe(2);
});
