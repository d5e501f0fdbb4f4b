import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Answer } from '../support/http-client.ts';
import { outcome, signInAt, type SignedInPerson } from '../support/http-client-people.ts';
import { follow } from '../support/http-client-stream.ts';
import { type Service, startService } from '../support/service.ts';
import { readiness, warm } from '../support/service-checks.ts';
import { startWeather, type Weather } from '../support/service-weather.ts';

const PATIENCE = { timeout: 60_000 };
let weather: Weather;
let api: Service;
let client: SignedInPerson;
let accountId: string;

beforeAll(async () => {
  weather = await startWeather();
}, 120_000);
afterAll(() => weather?.finish(), 120_000);
beforeEach(async () => {
  api = await startService('serve', weather.env);
  const person = await weather.person();
  accountId = person.accountId;
  client = await signInAt(api.url, person);
}, 120_000);
afterEach(() => api.stop('SIGKILL'));

const leases = () => weather.query('SELECT instance_id FROM portcullis.index_lease');
/** Runs `work` while a request of the client is in hand: it waits for its account's row. */
const withRequestInHand = async (work: (request: Promise<Answer>) => Promise<void>) => {
  await weather.holding(
    'SELECT 1 FROM portcullis.account WHERE id = $1 FOR UPDATE',
    [accountId],
    async () => {
      const request = client.mutate('account.update', { name: 'Grace' });
      request.catch(() => undefined);
      await expect
        .poll(
          () =>
            weather.query(
              "SELECT 1 FROM pg_stat_activity WHERE application_name = 'portcullis' AND wait_event_type = 'Lock'",
            ),
          PATIENCE,
        )
        .toHaveLength(1);
      await work(request);
    },
  );
};
const refusesConnections = () =>
  fetch(`${api.url}/v1/keys`).then(
    () => false,
    () => true,
  );

test('SIGTERM: the request in hand is answered, streams end, the lease goes, and the code is 0', async () => {
  const stream = await follow(api.url, client);
  await expect.poll(() => stream.heard.length, PATIENCE).toBeGreaterThan(0);
  expect(await leases()).toHaveLength(1);
  let request: Promise<Answer> | undefined;
  let [isAnswered, isOver] = [false, false];
  void stream.ended.then(() => (isOver = true));
  await withRequestInHand(async (inHand) => {
    request = inHand;
    void inHand.then(() => (isAnswered = true));
    api.process.kill('SIGTERM');
    await expect.poll(refusesConnections, PATIENCE).toBe(true);
    // Whoever sends requests here is told to stop it, while the process still lives.
    expect(await readiness(api)).toMatchObject({
      httpStatus: 503,
      checks: { process: { status: 'failed', detail: 'shutting down' } },
    });
    // Longer than what connections get that nobody waits for.
    const untilMs = performance.now() + 1_000;
    while (performance.now() < untilMs) expect((await fetch(`${api.opsUrl}/livez`)).status).toBe(200);
    expect([isAnswered, isOver, api.hasEnded()]).toEqual([false, false, false]);
  });
  const answer = await request;
  expect(answer && outcome(answer)).toBe(200);
  await stream.ended;
  expect(stream.heard.at(-1)?.event).toBe('return');
  expect(await api.ended).toBe(0);
  expect(await leases()).toEqual([]);
  const told = api.logs();
  expect(told.map(({ msg }) => msg).filter((msg) => msg.startsWith('stopp'))).toEqual([
    'stopping',
    'stopped',
  ]);
  // Between the two a store may be found silent, as the test holds one up; nothing may fail, and nothing comes after.
  expect(told.at(-1)?.msg).toBe('stopped');
  expect(told.filter(({ level }) => level === 'error')).toEqual([]);
  expect(
    await weather.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'portcullis%'"),
  ).toEqual([]);
});

test('a second signal ends it at once', async () => {
  await withRequestInHand(async (request) => {
    api.process.kill('SIGTERM');
    await expect.poll(refusesConnections, PATIENCE).toBe(true);
    expect(api.hasEnded()).toBe(false);
    api.process.kill('SIGTERM');
    expect(await api.ended).toBe(143);
    await expect(request).rejects.toThrow();
  });
});

test.each([
  ['silent', () => weather.postgres.suspend(), () => weather.postgres.resume()],
  ['gone', () => weather.toPostgres.refuse(), () => weather.toPostgres.mend()],
] as const)('stores that are %s do not keep it from ending with 0', async (_, begin, end) => {
  await warm(api, client);
  const stream = await follow(api.url, client);
  await expect.poll(() => stream.heard.length, PATIENCE).toBeGreaterThan(0);
  begin();
  weather.toRedis.pause();
  try {
    const startMs = performance.now();
    expect(await api.stop()).toBe(0);
    process.stdout.write(`stopped in ${Math.round(performance.now() - startMs)} ms\n`);
    await stream.ended;
  } finally {
    end();
    weather.toRedis.mend();
  }
});

test('SIGINT ends it like SIGTERM', async () => {
  const before = await leases();
  expect(await api.stop('SIGINT')).toBe(0);
  // Those of processes that were killed run out by themselves.
  expect(await leases()).toHaveLength(before.length - 1);
});
