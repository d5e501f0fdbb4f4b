import { gap, heartbeat, revocation } from '@portcullis/contracts/services';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setClientDisabled } from '../../src/services/client/set-disabled.ts';
import { type ServicesFixture, startServices } from '../support/services-fixture.ts';

let service: ServicesFixture;

beforeAll(async () => {
  service = await startServices();
});
afterAll(() => service.close());

interface Heard {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

const parseBlock = (block: string): Heard | null => {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  if (data === undefined) return null;
  return {
    id: field('id') ?? '',
    event: field('event') ?? '',
    data: JSON.parse(data) as Record<string, unknown>,
  };
};

/** Follows the feed as a service does, and keeps what it hears. */
const follow = async (lastEventId?: string, client = service.client, query = '?heartbeat=1') => {
  const over = new AbortController();
  const headers = { ...service.basic(client), ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  const response = await service.call(`/v1/events${query}`, { headers, signal: over.signal });
  expect(response.status).toBe(200);
  const heard: Heard[] = [];
  const ended = (async () => {
    let rest = '';
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = `${rest}${text}`.split('\n\n');
      rest = blocks.pop() ?? '';
      heard.push(...blocks.map(parseBlock).filter((one) => one !== null));
    }
  })().catch(() => undefined);
  const of = (event: string) => heard.filter((one) => one.event === event);
  return {
    response,
    heard,
    of,
    ended,
    sessions: () => of('revocation').map(({ data }) => data['sessionId']),
    untilBeat: () => expect.poll(() => of('heartbeat').length, { timeout: 10_000 }).toBeGreaterThan(0),
    leave: async () => {
      over.abort();
      await ended;
    },
  };
};

/** Ends a session, and says where. */
const ended = async () => {
  const session = await service.signIn('bearer');
  await service.signOut(session);
  return session.id;
};
const insert = async (connection: pg.Client, sessionId: string) =>
  connection.query(
    `INSERT INTO portcullis.revocation_feed (account_id, session_id, epoch, type, cause, at)
     VALUES (gen_random_uuid(), $1, 1, 'session_revoked', 'revoked', clock_timestamp())`,
    [sessionId],
  );
const connect = async () => {
  const connection = new pg.Client({ connectionString: service.database.url });
  await connection.connect();
  return connection;
};
const made = (letter: string) => letter.repeat(43);

describe('GET /v1/events', () => {
  test('tells of each revocation in the contract’s words, and of no session that was opened', async () => {
    const stream = await follow();
    await stream.untilBeat();
    const one = await ended();
    const kept = await service.signIn('cookie');
    await service.mutate('session.revokeOthers', { cookie: kept.cookie });
    await expect.poll(() => stream.of('revocation').length, { timeout: 10_000 }).toBe(2);
    const [single, others] = stream.of('revocation').map(({ data }) => revocation.parse(data));
    expect(single).toMatchObject({ sessionId: one, type: 'session_revoked', cause: 'sign_out' });
    expect(others).toMatchObject({ exceptSessionId: kept.id, cause: 'revoked_others' });
    expect(others).not.toHaveProperty('sessionId');
    expect((others?.epoch ?? 0) > (single?.epoch ?? 0)).toBe(true);
    for (const { id } of stream.heard) expect(id).toMatch(/^\d+-[0-9A-F]{8}-\d+-\d+$/);
    for (const { data } of stream.of('heartbeat')) heartbeat.parse(data);
    expect(stream.response.headers.get('cache-control')).toBe('no-store, no-transform');
    await stream.leave();
  });

  test('P10 whoever comes back with the id of the last event misses nothing and hears nothing twice', async () => {
    const stream = await follow();
    await stream.untilBeat();
    const before = await ended();
    await expect.poll(() => stream.sessions(), { timeout: 10_000 }).toContain(before);
    await stream.leave();
    const last = stream.of('revocation').at(-1)?.id;
    const missed = [await ended(), await ended(), await ended()];
    const again = await follow(last);
    await expect.poll(() => again.sessions(), { timeout: 10_000 }).toEqual(missed);
    await again.untilBeat();
    expect(again.of('gap')).toEqual([]);
    expect(again.sessions()).toEqual(missed);
    await again.leave();
    const third = await follow(again.of('heartbeat').at(-1)?.id);
    await third.untilBeat();
    expect(third.heard.filter(({ event }) => event !== 'heartbeat')).toEqual([]);
    await third.leave();
  });

  test('P10 a row of a slow transaction is told although a later one was committed before it, and no reader passes it by', async () => {
    const stream = await follow();
    await stream.untilBeat();
    const slow = await connect();
    const fast = await connect();
    await slow.query('BEGIN');
    await insert(slow, made('s'));
    await insert(fast, made('f'));
    const beats = stream.of('heartbeat').length;
    await expect.poll(() => stream.of('heartbeat').length, { timeout: 10_000 }).toBeGreaterThan(beats + 1);
    // The later one waits: a reader that resumed behind it would never be told of the earlier one.
    expect(stream.sessions()).toEqual([]);
    const [first, second] = stream
      .of('heartbeat')
      .slice(-2)
      .map(({ data }) => heartbeat.parse(data).upToMs);
    // Nor does a heartbeat claim that it has been told: it stands still at the row that waits.
    expect(Math.abs((second ?? 0) - (first ?? 0))).toBeLessThan(500);
    const resumed = stream.of('heartbeat').at(-1)?.id;
    await slow.query('COMMIT');
    await expect.poll(() => stream.sessions(), { timeout: 10_000 }).toEqual([made('s'), made('f')]);
    await stream.leave();
    const again = await follow(resumed);
    await expect.poll(() => again.sessions(), { timeout: 10_000 }).toEqual([made('s'), made('f')]);
    await again.leave();
    await Promise.all([slow.end(), fast.end()]);
  });

  test('P10 hundreds of concurrent revocations, read in pieces by readers that come and go, are all told in one order', async () => {
    const whole = await follow();
    await whole.untilBeat();
    let pieces = await follow();
    await pieces.untilBeat();
    const connections = await Promise.all(Array.from({ length: 8 }, connect));
    const written = connections.map(async (connection, writer) => {
      for (let n = 0; n < 40; n += 1) {
        await connection.query('BEGIN');
        await insert(connection, `${writer}-${n}`.padEnd(43, '_'));
        await connection.query('COMMIT');
      }
    });
    const heard: unknown[] = [];
    let last: string | undefined;
    while (heard.length < 320) {
      await expect.poll(() => pieces.heard.length, { timeout: 10_000 }).toBeGreaterThan(1);
      await pieces.leave();
      heard.push(...pieces.sessions());
      last = pieces.heard.at(-1)?.id ?? last;
      pieces = await follow(last);
    }
    await Promise.all(written);
    await pieces.leave();
    await expect.poll(() => whole.sessions().length, { timeout: 10_000 }).toBe(320);
    expect(heard).toEqual(whole.sessions());
    expect(new Set(heard).size).toBe(320);
    await whole.leave();
    await Promise.all(connections.map((connection) => connection.end()));
  });

  test('P10 an id older than the retention is told of a gap first, then of everything that is left', async () => {
    const stream = await follow();
    await stream.untilBeat();
    const early = stream.heard.at(-1)?.id;
    const pruned = await ended();
    await expect.poll(() => stream.sessions(), { timeout: 10_000 }).toContain(pruned);
    const exact = stream.of('revocation').at(-1)?.id;
    await stream.leave();
    await service.query(`DELETE FROM portcullis.revocation_feed WHERE session_id = '${pruned}'`);
    const left = await ended();
    const late = await follow(early);
    await expect.poll(() => late.sessions(), { timeout: 10_000 }).toContain(left);
    expect(late.heard[0]?.event).toBe('gap');
    expect(gap.parse(late.heard[0]?.data)).toEqual({ because: 'retention' });
    await late.leave();
    // Whoever had heard the pruned row lost nothing.
    const punctual = await follow(exact);
    await expect.poll(() => punctual.sessions(), { timeout: 10_000 }).toContain(left);
    expect(punctual.of('gap')).toEqual([]);
    await punctual.leave();
  });

  test.each([
    ['another server', (id: string) => id.replace(/^\d+/, '1')],
    ['another timeline', (id: string) => id.replace(/-[0-9A-F]{8}-/, '-0000ABCD-')],
    ['a future that was lost', (id: string) => id.replace(/-\d+-\d+$/, '-9000000000000-1')],
    ['nonsense', () => 'nonsense'],
    ['numbers beyond what Postgres has', (id: string) => id.replace(/-\d+-\d+$/, `-${'9'.repeat(19)}-1`)],
  ])('P10 an id of %s gets a gap, and then what happens from now on', async (_, changed) => {
    const stream = await follow();
    await stream.untilBeat();
    await stream.leave();
    const other = await follow(changed(stream.heard.at(-1)?.id ?? ''));
    await expect.poll(() => other.of('gap').length, { timeout: 10_000 }).toBe(1);
    expect(other.heard[0]?.data).toEqual({ because: 'history' });
    const next = await ended();
    await expect.poll(() => other.sessions(), { timeout: 10_000 }).toEqual([next]);
    await other.leave();
  });

  test('without a wish the heartbeat comes every 10 seconds; a wish beyond 1 to 10 is refused', async () => {
    for (const wish of ['0', '11', '1.5', 'x'])
      expect((await service.call(`/v1/events?heartbeat=${wish}`, { headers: service.basic() })).status).toBe(
        400,
      );
    const stream = await follow(undefined, service.client, '');
    await expect.poll(() => stream.of('heartbeat').length, { timeout: 20_000 }).toBe(2);
    const [first, second] = stream.of('heartbeat').map(({ data }) => heartbeat.parse(data).upToMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(9_900);
    await stream.leave();
  });

  test('a client that is disabled loses its stream', async () => {
    const client = await service.makeClient('leaving', ['events']);
    const stream = await follow(undefined, client);
    await stream.untilBeat();
    await setClientDisabled(service.ctx(), client.id, true);
    await stream.ended;
    expect(stream.heard.length).toBeGreaterThan(0);
  });

  test('the end of the process ends the streams', async () => {
    const stream = await follow();
    await stream.untilBeat();
    service.container.deps.services.feed.close();
    await stream.ended;
  });
});
