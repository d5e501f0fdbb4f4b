import type { IndexAnswer, SessionIndex } from '@portcullis/authority/ports';
import { PostgresSessionStore } from '@portcullis/authority/postgres/sessions';
import { ManyVerifier, type Subject } from '@portcullis/authority/verify-many';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/system.ts';
import { revokeAll } from '../../src/services/session/revoke.ts';
import { closedGate, type Gate } from '../support/gate.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { makePerson, type Opened, open } from '../support/people.ts';
import { freshDatabase } from '../support/template.ts';

let redis: TestRedis;
let database: TestDatabase;
let instance: Instance;
let pool: pg.Pool;
let many: ManyVerifier;
/** What is held back, and what was asked. */
let gates: { read: Map<string, Gate>; statement: Gate | null };
let asked: { reads: string[]; statements: string[][] };
let failing = false;

const nothing = () => undefined;
const quiet = { info: nothing, warn: nothing, error: nothing };

beforeAll(async () => {
  redis = await startTestRedis();
  database = await freshDatabase();
  const index = (real: SessionIndex): SessionIndex => {
    const read = async (...args: Parameters<SessionIndex['read']>): Promise<IndexAnswer> => {
      asked.reads.push(args[2]);
      const answer = await real.read(...args);
      await gates.read.get(args[2])?.pass();
      return answer;
    };
    return Object.assign(Object.create(real) as SessionIndex, {
      read,
      fill: real.fill.bind(real),
      fence: real.fence.bind(real),
      release: real.release.bind(real),
      reached: real.reached.bind(real),
      fenced: real.fenced.bind(real),
      removeOthers: real.removeOthers.bind(real),
    });
  };
  instance = await startInstance({ databaseUrl: database.url, redisUrl: redis.url, index });
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  const query = async (...args: unknown[]) => {
    const [{ name, values }] = args as [{ name?: string; values: [string[]] }];
    if (name !== 'portcullis_truths') throw new Error('only the one statement is expected here');
    if (failing) throw new Error('Postgres is away');
    asked.statements.push(values[0]);
    const gate = gates.statement;
    const result = await (pool.query as (...all: unknown[]) => Promise<unknown>).apply(pool, args);
    await gate?.pass();
    return result;
  };
  const store = new PostgresSessionStore({ query, on: nothing } as never, { concurrent: 4, queued: 100 });
  many = new ManyVerifier(
    {
      lease: instance.authority.lease,
      index: instance.index,
      store,
      clock: systemClock,
      random: systemRandom,
      log: quiet,
      heal: nothing,
    },
    { databaseLoss: 'refuse' },
  );
  await vi.waitFor(() => expect(instance.authority.lease.reachesIndex()).toBe(true), 10_000);
});
afterAll(async () => {
  await pool.end();
  await instance.close();
  await database.drop();
  await redis.finish([/./]);
});
beforeEach(() => {
  gates = { read: new Map(), statement: null };
  asked = { reads: [], statements: [] };
  failing = false;
});

const openOne = async (): Promise<Opened> => open(instance, await makePerson(instance));
const statuses = async (subjects: readonly Subject[]) =>
  (await many.verifyMany(subjects)).map((verdict) =>
    verdict.status === 'rejected' ? verdict.reason : verdict.status,
  );
/** Until the index answers for it. */
const fill = async (subject: Subject) => {
  await expect
    .poll(async () => {
      asked.statements = [];
      await statuses([subject]);
      return asked.statements.length;
    })
    .toBe(0);
  asked = { reads: [], statements: [] };
};
const endAll = async ({ sessionId, accountId }: Opened) => revokeAll(await instance.as(sessionId, accountId));

test('P1 the one statement of a batch is sent after every READ was answered, and asks only for what is missing', async () => {
  const [warm, cold, slow] = [await openOne(), await openOne(), await openOne()];
  await fill(warm);
  const gate = closedGate();
  gates.read.set(slow.sessionId, gate);
  const answer = statuses([warm, cold, slow, cold]);
  await gate.arrived;
  expect(asked.statements).toEqual([]);
  gate.open();
  expect(await answer).toEqual(['live', 'live', 'live', 'live']);
  expect(asked.statements).toEqual([[cold.sessionId, slow.sessionId]]);
  expect(asked.reads.toSorted()).toEqual([warm, cold, slow].map(({ sessionId }) => sessionId).toSorted());
});

test('G1 a batch that begins after a revocation joins none that was sent before it', async () => {
  const session = await openOne();
  const gate = closedGate();
  gates.statement = gate;
  const early = statuses([session]);
  await gate.arrived;
  gates.statement = null;
  await endAll(session);
  expect(await statuses([session])).toEqual(['session_revoked']);
  gate.open();
  // It began before the revocation was done, and may say what held then.
  expect(await early).toEqual(['live']);
  expect(await statuses([session])).toEqual(['session_revoked']);
});

test('W5 what a slow batch read before a revocation never comes back into the index', async () => {
  const session = await openOne();
  const gate = closedGate();
  gates.statement = gate;
  const early = statuses([session]);
  await gate.arrived;
  gates.statement = null;
  await endAll(session);
  gate.open();
  await early;
  for (let n = 0; n < 3; n += 1) expect(await statuses([session])).toEqual(['session_revoked']);
});

test('G8 P7 without Postgres what the index knows is answered, and the rest is undecided', async () => {
  const [known, unknown] = [await openOne(), await openOne()];
  await fill(known);
  failing = true;
  expect(await statuses([unknown, known])).toEqual(['unavailable', 'live']);
});
