import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { Registry } from '@prometheus-io/client';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { canaryInstance } from '../../src/adapters/canary-instance.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { loadConfig } from '../../src/config.ts';
import { buildContainer, type Container } from '../../src/container.ts';
import { createApp } from '../../src/http/app.ts';
import { canaryMetrics, runCanary } from '../../src/jobs/canary.ts';
import { type Listening, listen } from '../../src/listen.ts';
import { canaryAccount, ensureCanaryAccount } from '../../src/services/canary/account.ts';
import { Canary } from '../../src/services/canary/round.ts';
import { freshDatabase } from '../support/template.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let redis: TestRedis;
let database: TestDatabase;
const running: { container: Container; server: Listening }[] = [];
const liars: Server[] = [];

const startOne = async () => {
  const config = loadConfig({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
    PORTCULLIS_ARGON2_PASSES: '1',
    PORTCULLIS_RATE_LIMITS: 'relaxed',
  });
  const container = await buildContainer(config, { log: quiet });
  await container.start();
  const { deps, ring, metrics } = container;
  const settings = { ...config.http, publicUrl: config.service.publicUrl };
  const app = createApp({ deps, settings, keys: ring, metrics });
  const server = await listen(app.fetch, {
    setting: 'PORT',
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 10_000,
  });
  running.push({ container, server });
};

beforeAll(async () => {
  redis = await startTestRedis();
  database = await freshDatabase();
  await startOne();
  await startOne();
  await vi.waitFor(
    () => expect(running.every(({ container }) => container.authority.lease.reachesIndex())).toBe(true),
    10_000,
  );
});
afterEach(() => {
  for (const liar of liars.splice(0)) liar.close();
});
afterAll(async () => {
  for (const { container, server } of running) {
    await server.close(1_000);
    await container.close();
  }
  await database.drop();
  await redis.finish([/./]);
});

const setUp = (extra: string[] = []) => {
  const registry = new Registry();
  const [first] = running;
  if (first === undefined) throw new Error('no instance runs');
  const { db, keyed, hasher, random } = first.container.deps;
  const instances = [...running.map(({ server }) => `http://127.0.0.1:${server.port}`), ...extra].map(
    canaryInstance,
  );
  const metrics = canaryMetrics(registry);
  const parts = { instances, metrics, db, keyed, hasher, random, clock: systemClock, log: quiet };
  return { registry, parts, deadlineMs: systemClock.monotonicMs() + 10_000 };
};

/** An instance that goes on accepting whatever it once saw: a cache, or a deny-list that lost its entries. */
const startLiar = async (): Promise<string> => {
  const liar = createServer((_request, response) => {
    response.statusCode = 204;
    response.end();
  });
  liars.push(liar);
  liar.listen(0, '127.0.0.1');
  await vi.waitFor(() => expect(liar.listening).toBe(true));
  return `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
};

it('every instance refuses what the canary ended, round after round, one session or all of them (G1, G2)', async () => {
  const { registry, parts, deadlineMs } = setUp();
  const account = await ensureCanaryAccount(parts, deadlineMs);
  const canary = new Canary(parts);
  for (let round = 0; round < 4; round += 1) expect(await canary.round(account)).toBe('held');
  const text = await registry.metrics();
  expect(text).toContain('portcullis_stale_accepts_total 0');
  expect(text).toContain('portcullis_canary_rounds_total{outcome="held"} 4');
  expect(text).toContain('portcullis_revocation_latency_seconds_count 4');
});

it('an instance that accepts an ended session is counted (G1)', async () => {
  const { registry, parts, deadlineMs } = setUp([await startLiar()]);
  const account = await ensureCanaryAccount(parts, deadlineMs);
  expect(await new Canary(parts).round(account)).toBe('stale');
  const text = await registry.metrics();
  expect(text).not.toContain('portcullis_stale_accepts_total 0');
  expect(text).toMatch(/portcullis_stale_accepts_total [1-9]/);
});

it('what ended in an earlier round is presented again (G2)', async () => {
  const shown: string[] = [];
  const { parts, deadlineMs } = setUp();
  const account = await ensureCanaryAccount(parts, deadlineMs);
  const instances = parts.instances.map((instance) => ({
    ...instance,
    show: async (token: string) => {
      shown.push(token);
      return instance.show(token);
    },
  }));
  const canary = new Canary({ ...parts, instances });
  await canary.round(account);
  const [first = ''] = shown;
  shown.length = 0;
  await canary.round(account);
  expect(shown.filter((token) => token === first)).toHaveLength(instances.length);
});

it('an instance that is away leaves a round undecided, and is no violation (G8)', async () => {
  const { registry, parts, deadlineMs } = setUp(['http://127.0.0.1:9']);
  const account = await ensureCanaryAccount(parts, deadlineMs);
  expect(await new Canary(parts).round(account)).toBe('undecided');
  expect(await registry.metrics()).toContain('portcullis_stale_accepts_total 0');
});

it('the account is made once, by whichever worker is first, and its password is nobody else’s to know', async () => {
  const { parts, deadlineMs } = setUp();
  await Promise.all([ensureCanaryAccount(parts, deadlineMs), ensureCanaryAccount(parts, deadlineMs)]);
  const { email, password } = canaryAccount(parts.keyed);
  const accounts = await parts.db.read((em) =>
    em.execute<{ password_hash: string }[]>('SELECT password_hash FROM portcullis.account WHERE email = ?', [
      email,
    ]),
  );
  expect(accounts).toHaveLength(1);
  expect(accounts[0]?.password_hash).toMatch(/^\$argon2id\$/);
  expect(password).toHaveLength(43);
});

it('goes on until it is told to stop', async () => {
  const { registry, parts } = setUp();
  const over = new AbortController();
  const ended = runCanary({ ...parts, everyMs: 5 }, over.signal);
  await expect.poll(() => registry.metrics(), { timeout: 15_000 }).toMatch(/outcome="held"} [3-9]/);
  over.abort();
  await ended;
});
