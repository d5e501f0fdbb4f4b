import type { FeedRow } from '@portcullis/authority/feed';
import type { SessionEvent } from '@portcullis/contracts/session';
import { expect, test, vi } from 'vitest';
import type { Verification } from '../authority.ts';
import { StreamHub } from './stream-hub.ts';

const AT = new Date('2026-11-24T10:00:00.000Z');
const live: Verification = {
  status: 'live',
  session: {
    sessionId: 'own',
    accountId: 'a',
    createdAt: 0,
    authenticatedAt: 0,
    lastSeenAt: 0,
    idleExpiresAt: 0,
    expiresAt: 0,
  },
};
const revoked: Verification = { status: 'rejected', reason: 'session_revoked' };
const away: Verification = { status: 'unavailable', retryAfterMs: 1_000 };

/** A hub in a world where time passes only when the test says so. */
const world = () => {
  let now = 0;
  let waiting: { until: number; wake: () => void }[] = [];
  let hear: (accountId: string) => void = () => {};
  const feed: FeedRow[] = [];
  const state = {
    verification: live as Verification,
    checks: 0,
    polls: 0,
    ends: 0,
    feedFails: false,
    open: 0,
    warnings: 0,
  };
  const hub = new StreamHub({
    feed: {
      end: () => Promise.resolve({ xid: '0', id: String((state.ends += 1) && feed.length) }),
      after: ({ id }) => {
        state.polls += 1;
        return state.feedFails
          ? Promise.reject(new Error('away'))
          : Promise.resolve(feed.filter((row) => Number(row.id) > Number(id)));
      },
    },
    check: () => {
      state.checks += 1;
      return Promise.resolve(state.verification);
    },
    hints: { subscribe: (listener) => ((hear = listener), () => (hear = () => {})) },
    clock: {
      now: () => new Date(AT.getTime() + now),
      monotonicMs: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(new Error('aborted'));
          waiting.push({ until: now + ms, wake: resolve });
          signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        }),
    },
    log: { debug: () => {}, info: () => {}, warn: () => void (state.warnings += 1), error: () => {} },
    counted: (change) => void (state.open += change),
  });
  /** Everything that can go on without time passing has gone on. */
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const pass = async (ms: number) => {
    now += ms;
    const due = waiting.filter(({ until }) => until <= now);
    waiting = waiting.filter(({ until }) => until > now);
    for (const { wake } of due) wake();
    await settled();
  };
  const write = (row: Partial<FeedRow>) =>
    void feed.push({
      xid: '1',
      id: String(feed.length + 1),
      accountId: 'a',
      sessionId: null,
      exceptSessionId: null,
      epoch: '1',
      type: 'session_revoked',
      cause: 'revoked',
      at: AT,
      ...row,
    });
  const follow = async (sessionId = 'own', accountId = 'a') => {
    const heard: SessionEvent[] = [];
    const over = new AbortController();
    const stream = { heard, over, done: false, error: null as unknown };
    void (async () => {
      for await (const event of hub.open({ accountId, sessionId }, over.signal)) heard.push(event);
    })().then(
      () => (stream.done = true),
      (error: unknown) => (stream.error = error),
    );
    await settled();
    return stream;
  };
  return { hub, state, settled, pass, write, follow, hint: (accountId: string) => hear(accountId) };
};

test('tells what happens to other sessions of the account, and nothing of the own opening or of strangers', async () => {
  const { state, pass, write, follow } = world();
  const stream = await follow();
  write({ type: 'session_opened', cause: 'opened', sessionId: 'own' });
  write({ type: 'session_opened', cause: 'opened', sessionId: 'other' });
  write({ accountId: 'b', sessionId: 'own' });
  write({ sessionId: 'other', cause: 'sign_out' });
  write({ exceptSessionId: 'own', cause: 'revoked_others' });
  write({ type: 'of another version', sessionId: 'other' });
  await pass(1_000);
  expect(stream.heard).toEqual([
    { type: 'session_opened', at: AT.toISOString(), by: null },
    { type: 'session_revoked', at: AT.toISOString(), by: 'sign_out' },
    { type: 'session_revoked', at: AT.toISOString(), by: 'revoked_others' },
  ]);
  expect([stream.done, state.open]).toEqual([false, 1]);
});

test.each([
  [{ sessionId: 'own', cause: 'revoked' }, 'session_revoked', 'revoked'],
  [{ type: 'password_changed', cause: 'password_reset' }, 'password_changed', 'password_reset'],
  [{ type: 'account_disabled', cause: 'account_disabled' }, 'account_disabled', 'account_disabled'],
  [{ exceptSessionId: 'other', cause: 'revoked_others' }, 'session_revoked', 'revoked_others'],
])('ends with what ended the session: %j', async (row, type, by) => {
  const { state, settled, write, follow, hint } = world();
  const stream = await follow();
  write({ type: 'session_opened', cause: 'opened', sessionId: 'another' });
  write(row);
  state.verification = revoked;
  hint('a');
  await settled();
  await settled();
  expect(stream.heard).toEqual([{ type, at: AT.toISOString(), by }]);
  expect([stream.done, state.open]).toEqual([true, 0]);
});

test('a hint wakes the account it names, and no other', async () => {
  const { state, settled, follow, hint } = world();
  await follow();
  const before = state.checks;
  hint('b');
  await settled();
  expect(state.checks).toBe(before);
  hint('a');
  await settled();
  expect(state.checks).toBe(before + 1);
});

test('without hints the feed is read each second, without either each stream checks after 15', async () => {
  const { state, pass, write, follow } = world();
  const stream = await follow();
  write({ sessionId: 'own' });
  state.verification = revoked;
  await pass(999);
  expect(stream.done).toBe(false);
  await pass(1);
  expect(stream.done).toBe(true);

  const other = world();
  other.state.feedFails = true;
  const deaf = await other.follow();
  other.state.verification = revoked;
  for (let second = 1; second < 15; second += 1) await other.pass(1_000);
  expect(deaf.done).toBe(false);
  for (let step = 0; step < 29; step += 1) await other.pass(100);
  expect(deaf.done).toBe(false);
  await other.pass(100);
  expect(deaf.heard).toEqual([{ type: 'session_revoked', at: expect.any(String) as string, by: null }]);
  expect([deaf.done, other.state.warnings]).toEqual([true, 1]);
});

test('the last event waits for the feed, but not for ever', async () => {
  const { state, pass, settled, write, follow, hint } = world();
  const stream = await follow();
  state.verification = revoked;
  hint('a');
  await settled();
  await pass(100);
  expect(stream.heard).toEqual([]);
  write({ type: 'account_deleted', cause: 'account_deleted' });
  await pass(100);
  await pass(100);
  expect(stream.heard).toEqual([{ type: 'account_deleted', at: AT.toISOString(), by: 'account_deleted' }]);
});

test('an expiry needs no feed', async () => {
  const { state, settled, follow, hint } = world();
  const stream = await follow();
  state.verification = { status: 'rejected', reason: 'session_expired' };
  hint('a');
  await settled();
  expect([stream.heard, stream.done]).toEqual([
    [{ type: 'session_expired', at: AT.toISOString(), by: 'expired' }],
    true,
  ]);
});

test('an outage ends no stream, and what happened is told after it', async () => {
  const { state, pass, write, follow } = world();
  const stream = await follow();
  state.verification = away;
  write({ sessionId: 'other' });
  await pass(1_000);
  expect([stream.heard, stream.done]).toEqual([[], false]);
  state.verification = live;
  await pass(1_000);
  expect(stream.heard.map(({ by }) => by)).toEqual(['revoked']);
});

test('a row that a check has outlived is not taken for the end of a later one', async () => {
  const { state, pass, settled, write, follow, hint } = world();
  const stream = await follow();
  write({ cause: 'revoked_all' });
  await pass(1_000);
  expect(stream.heard).toHaveLength(1);
  write({ sessionId: 'own', cause: 'operator' });
  state.verification = revoked;
  hint('a');
  await settled();
  await settled();
  expect(stream.heard.at(-1)?.by).toBe('operator');
});

test('an account has five streams, and one that is left makes room', async () => {
  const { hub, state, settled, follow } = world();
  const streams = await Promise.all(Array.from({ length: 5 }, () => follow()));
  expect([hub.isFull('a'), hub.isFull('b'), state.open]).toEqual([true, false, 5]);
  const sixth = await follow();
  expect(sixth.error).toMatchObject({ reason: 'rate_limited' });
  expect((await follow('own', 'b')).error).toBeNull();
  streams[0]?.over.abort();
  await settled();
  expect(hub.isFull('a')).toBe(false);
});

test('polls only while somebody listens, and begins anew at the end of the feed', async () => {
  const { state, pass, settled, write, follow } = world();
  await pass(5_000);
  expect(state.polls).toBe(0);
  const stream = await follow();
  stream.over.abort();
  await settled();
  await pass(1_000);
  const polls = state.polls;
  await pass(5_000);
  expect(state.polls).toBe(polls);
  write({ sessionId: 'other' });
  const later = await follow();
  await pass(1_000);
  expect([later.heard, state.ends]).toEqual([[], 2]);
});

test('the end of the process ends every stream, and none opens after it', async () => {
  const { hub, state, settled, follow } = world();
  const streams = await Promise.all([follow(), follow('own', 'b')]);
  hub.close();
  await settled();
  expect([streams.map(({ done }) => done), streams.map(({ heard }) => heard), state.open]).toEqual([
    [true, true],
    [[], []],
    0,
  ]);
  expect((await follow()).done).toBe(true);
});

test('many rows at once are all read', async () => {
  const { pass, write, follow } = world();
  const stream = await follow();
  for (let i = 0; i < 40; i += 1) write({ sessionId: `other ${i}` });
  await pass(1_000);
  await vi.waitFor(() => expect(stream.heard).toHaveLength(40));
});
