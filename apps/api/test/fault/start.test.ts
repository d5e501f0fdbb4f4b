import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpClient } from '../support/http-client.ts';
import { outcome } from '../support/http-client-people.ts';
import { type Environment, QUICK, runProgram, startService } from '../support/service.ts';
import { isUnavailable, metric, readiness } from '../support/service-checks.ts';
import { startWeather, type Weather } from '../support/service-weather.ts';

const PATIENCE = { timeout: 60_000 };
let weather: Weather;
beforeAll(async () => {
  weather = await startWeather();
}, 120_000);
afterAll(() => weather?.finish(), 120_000);

const start = async (settings: Environment) => {
  const service = runProgram(['serve'], settings);
  const code = await service.ended;
  return { code, output: service.output() };
};

const KEY_FILE = join(tmpdir(), `portcullis-start-${process.pid}`);

/** Each is wrong in its own way; the value must not be shown. */
const WRONG: Environment = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://marvin:paranoid-42@db.internal/portcullis',
  REDIS_URL: 'http://:deep-thought@cache.internal',
  PUBLIC_URL: 'http://heart-of-gold.example',
  PORT: '99999',
  LOG_LEVEL: 'loudest',
  TRUST_PROXY: '10.0.0.0/99',
  PORTCULLIS_KEYS: 'k4.secret.vogon-poetry',
  PORTCULLIS_REFRESH_KEYS: 'k4.local.babel-fish',
  PORTCULLIS_SECRET: 'towel',
  PORTCULLIS_SECRET_FILE: KEY_FILE,
  PORTCULLIS_RATE_LIMITS: 'relaxed',
  PORTCULLIS_ALLOWED_ORIGINS: 'https://ok.example,magrathea',
  PORTCULLIS_SESSION_IDLE_SECONDS: '7200',
  PORTCULLIS_SESSION_ABSOLUTE_SECONDS: '3600',
  PORTCULLIS_LOCK_TIMEOUT_MS: '900',
  PORTCULLIS_STATEMENT_TIMEOUT_MS: '800',
  PORTCULLIS_SESION_IDLE_SECONDS: 'zarniwoop',
};
const SECRETS =
  /marvin|paranoid|deep-thought|heart-of-gold|99999|loudest|10\.0\.0\.0\/99|vogon|babel|towel|magrathea|7200|3600|zarniwoop|slartibartfast/;
const NAMED = [
  'DATABASE_URL',
  'REDIS_URL',
  'PUBLIC_URL',
  'PORT',
  'LOG_LEVEL',
  'TRUST_PROXY',
  'SMTP_URL',
  'PORTCULLIS_KEYS',
  'PORTCULLIS_REFRESH_KEYS',
  'PORTCULLIS_SECRET_FILE',
  'PORTCULLIS_RATE_LIMITS',
  'PORTCULLIS_ALLOWED_ORIGINS',
  'PORTCULLIS_SESSION_IDLE_SECONDS',
  'PORTCULLIS_LOCK_TIMEOUT_MS',
  'PORTCULLIS_SESION_IDLE_SECONDS',
];

test('a start with wrong settings names every one of them at once, shows no value, and fails', async () => {
  writeFileSync(KEY_FILE, 'slartibartfast');
  const { code, output } = await start(WRONG);
  expect(code).toBe(1);
  for (const name of NAMED) expect(output).toMatch(new RegExp(`^  ${name} \\S`, 'm'));
  // The examples in the advice are not values.
  expect(
    output.replaceAll(/such as \S+/g, '').replaceAll(/must be a whole number from \d+ to \d+/g, ''),
  ).not.toMatch(SECRETS);
  expect(output).not.toContain('    at ');
});

test('a start without any setting says which one it cannot do without', async () => {
  const { code, output } = await start({});
  expect(code).toBe(1);
  expect(output).toMatch(/^The configuration has problems:\n  DATABASE_URL is required: .+\n$/);
});

test.each(['PORT', 'OPS_PORT'])(
  'a start on a %s that is taken ends, says so, and leaves no lease',
  async (setting) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = String(typeof address === 'object' ? address?.port : 0);
    const { code, output } = await start({
      ...QUICK,
      ...weather.env,
      PORT: '0',
      OPS_PORT: '0',
      [setting]: port,
    });
    taken.close();
    expect(code).toBe(1);
    expect(output).toContain(`error: port ${port} of 127.0.0.1 is taken: set ${setting} to another one`);
    expect(output).not.toContain('    at ');
    expect(await weather.query('SELECT * FROM portcullis.index_lease')).toEqual([]);
  },
);

test('a start without stores comes up, refuses, and serves once they are there', async () => {
  weather.toPostgres.refuse();
  weather.toRedis.refuse();
  const api = await startService('serve', weather.env);
  const nobody = httpClient(api.url);
  const { email, password } = await weather.person();
  isUnavailable(await nobody.mutate('session.signIn', { email, password }));
  expect(await readiness(api)).toMatchObject({
    httpStatus: 503,
    checks: { postgres: { status: 'failed' }, lease: { status: 'failed' } },
  });
  weather.toPostgres.mend();
  weather.toRedis.mend();
  await expect.poll(async () => (await readiness(api)).status, PATIENCE).toBe('ok');
  expect(await readiness(api)).toEqual({
    httpStatus: 200,
    status: 'ok',
    checks: {
      process: { status: 'ok' },
      postgres: { status: 'ok' },
      lease: { status: 'ok' },
      redis: { status: 'ok' },
    },
  });
  expect(outcome(await nobody.mutate('session.signIn', { email, password }))).toBe(200);
  expect(await api.stop()).toBe(0);
});

test('metrics are well-formed, count, and stand on the ops port alone', async () => {
  const api = await startService('serve', weather.env);
  const nobody = httpClient(api.url);
  await nobody.mutate('session.signIn', { email: 'nobody@example.test', password: 'wrong' });
  await nobody.get('/no/such/path');
  const response = await fetch(`${api.opsUrl}/metrics`);
  expect(response.headers.get('content-type')).toMatch(
    /^(text\/plain|application\/openmetrics-text); version=/,
  );
  const text = await response.text();
  const LINE =
    /^(?:# (?:HELP|TYPE|UNIT) [a-zA-Z_:][\w:]* .+|# EOF|[a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)(?: \d+)?)$/;
  for (const line of text.split('\n').filter((one) => one !== '')) expect(line).toMatch(LINE);
  expect(await metric(api, /^portcullis_sign_in_attempts_total\{.*outcome="credentials_invalid"/)).toBe(1);
  // What was asked for is no label: anybody could make up any number of them.
  expect(text).toContain('http_route="unknown"');
  expect(text).not.toMatch(/nobody@|no\/such/);
  for (const path of ['/metrics', '/livez', '/readyz'])
    expect((await fetch(`${api.url}${path}`)).status).toBe(404);
  for (const path of ['/trpc/account.me', '/v1/keys', '/v1/session'])
    expect((await fetch(`${api.opsUrl}${path}`)).status).toBe(404);
  expect(await api.stop()).toBe(0);
});
