import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateKeys } from './cli/key-rotation.ts';
import { environmentDocs } from './config/docs.ts';
import { DEVELOPMENT_KEYS } from './config/development-keys.ts';
import { printable } from './config/print.ts';
import { isSecret, SETTING_NAMES } from './config/settings.ts';
import { ConfigError, type Environment, loadConfig } from './config.ts';

const DATABASE_URL = 'postgres://someone:hunter2-hunter2@127.0.0.1:5432/portcullis';
const KEYS = generateKeys();

/** A complete production environment. */
const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://someone:hunter2-hunter2@db.example.test/portcullis?sslmode=verify-full',
  REDIS_URL: 'rediss://:hunter2-hunter2@redis.example.test',
  SMTP_URL: 'smtps://mail.example.test',
  PUBLIC_URL: 'https://auth.example.test',
  ...KEYS,
};

const problemsOf = (env: Environment) => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
};
const namesOf = (env: Environment) => problemsOf(env).map(({ name }) => name);

test('development needs nothing but a database', () => {
  const config = loadConfig({ DATABASE_URL });
  expect(config.environment).toBe('development');
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 3000, secureCookies: false, trustProxy: [] });
  expect(config.http.publicOrigins).toEqual(['http://localhost:5173', 'http://127.0.0.1:5173']);
  expect(config.redis).toBeNull();
  expect(config.keys).toEqual(DEVELOPMENT_KEYS);
  expect(config.service.session).toEqual({
    idleSeconds: 43_200,
    absoluteSeconds: 86_400,
    rememberIdleSeconds: 1_209_600,
    rememberAbsoluteSeconds: 2_592_000,
  });
  expect(config.service.passwordMinLength).toBe(15);
  expect(config.authority).toEqual({
    leaseMs: 30_000,
    pollMs: 1_000,
    sweepMs: 3_600_000,
    databaseLoss: 'refuse',
  });
});

test('a complete production environment is accepted', () => {
  const config = loadConfig(PRODUCTION);
  expect(config.http).toMatchObject({
    host: '0.0.0.0',
    secureCookies: true,
    publicOrigins: ['https://auth.example.test'],
  });
  expect(config.smtp.requireTls).toBe(true);
});

test.each<[string, Environment, string[]]>([
  ['no database', {}, ['DATABASE_URL']],
  ['a database of another kind', { DATABASE_URL: 'mysql://x/y' }, ['DATABASE_URL']],
  ['a port that is no port', { DATABASE_URL, PORT: '65536' }, ['PORT']],
  ['a number with a unit', { DATABASE_URL, PORTCULLIS_LEASE_SECONDS: '30s' }, ['PORTCULLIS_LEASE_SECONDS']],
  ['a path in the public address', { DATABASE_URL, PUBLIC_URL: 'http://localhost:5173/app' }, ['PUBLIC_URL']],
  ['proxies that are no networks', { DATABASE_URL, TRUST_PROXY: '10.0.0.0/8,all' }, ['TRUST_PROXY']],
  ['a misspelt setting', { DATABASE_URL, PORTCULLIS_LEASE: '3' }, ['PORTCULLIS_LEASE']],
  [
    'a file for what is no secret',
    { DATABASE_URL, PORTCULLIS_MAIL_FROM_FILE: '/x' },
    ['PORTCULLIS_MAIL_FROM_FILE'],
  ],
  [
    'idle above absolute',
    { DATABASE_URL, PORTCULLIS_SESSION_IDLE_SECONDS: '86401' },
    ['PORTCULLIS_SESSION_IDLE_SECONDS'],
  ],
  [
    'remembered idle above absolute',
    { DATABASE_URL, PORTCULLIS_SESSION_REMEMBER_IDLE_SECONDS: '2592001' },
    ['PORTCULLIS_SESSION_REMEMBER_IDLE_SECONDS'],
  ],
  [
    'an access token as old as its session',
    { DATABASE_URL, PORTCULLIS_ACCESS_TOKEN_SECONDS: '86400' },
    ['PORTCULLIS_ACCESS_TOKEN_SECONDS'],
  ],
  [
    'a window as long as an access token',
    { DATABASE_URL, PORTCULLIS_REFRESH_WINDOW_SECONDS: '600' },
    ['PORTCULLIS_REFRESH_WINDOW_SECONDS'],
  ],
  [
    'a lock that outlasts its statement',
    { DATABASE_URL, PORTCULLIS_LOCK_TIMEOUT_MS: '1000' },
    ['PORTCULLIS_LOCK_TIMEOUT_MS'],
  ],
  [
    'a short password',
    { DATABASE_URL, PORTCULLIS_PASSWORD_MIN_LENGTH: '7' },
    ['PORTCULLIS_PASSWORD_MIN_LENGTH'],
  ],
  ['a broken key', { DATABASE_URL, PORTCULLIS_KEYS: 'k4.secret.AAAA' }, ['PORTCULLIS_KEYS']],
  [
    'a key in two roles',
    {
      DATABASE_URL,
      PORTCULLIS_SECRET: KEYS.PORTCULLIS_SECRET,
      PORTCULLIS_REFRESH_KEYS: KEYS.PORTCULLIS_SECRET,
    },
    ['PORTCULLIS_SECRET'],
  ],
])('%s is a problem', (_, env, names) => {
  expect(namesOf(env)).toEqual(names);
});

test.each<[string, Environment, string[]]>([
  [
    'without keys',
    { PORTCULLIS_KEYS: undefined, PORTCULLIS_REFRESH_KEYS: '', PORTCULLIS_SECRET: undefined },
    ['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', 'PORTCULLIS_SECRET'],
  ],
  [
    'with development keys',
    { ...DEVELOPMENT_KEYS },
    ['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', 'PORTCULLIS_SECRET'],
  ],
  [
    'with a development key behind a good one',
    { PORTCULLIS_KEYS: `${KEYS.PORTCULLIS_KEYS},${DEVELOPMENT_KEYS.PORTCULLIS_KEYS}` },
    ['PORTCULLIS_KEYS'],
  ],
  ['on http', { PUBLIC_URL: 'http://auth.example.test' }, ['PUBLIC_URL']],
  [
    'for an http origin',
    { PORTCULLIS_ALLOWED_ORIGINS: 'http://app.example.test' },
    ['PORTCULLIS_ALLOWED_ORIGINS'],
  ],
  ['with an open database', { DATABASE_URL: 'postgres://a:b@db.example.test/x' }, ['DATABASE_URL']],
  [
    'with a database that only prefers TLS',
    { DATABASE_URL: 'postgres://a:b@db.example.test/x?sslmode=prefer' },
    ['DATABASE_URL'],
  ],
  ['with an open Redis', { REDIS_URL: 'redis://redis.example.test' }, ['REDIS_URL']],
  ['with relaxed limits', { PORTCULLIS_RATE_LIMITS: 'relaxed' }, ['PORTCULLIS_RATE_LIMITS']],
  [
    'with cheap hashes',
    { PORTCULLIS_ARGON2_MEMORY_KIB: '19455', PORTCULLIS_ARGON2_PASSES: '1' },
    ['PORTCULLIS_ARGON2_MEMORY_KIB', 'PORTCULLIS_ARGON2_PASSES'],
  ],
  ['without a mail server', { SMTP_URL: undefined }, ['SMTP_URL']],
])('production does not start %s', (_, change, names) => {
  expect(namesOf({ ...PRODUCTION, ...change })).toEqual(names);
});

test.each<[string, Environment]>([
  ['stores on this machine', { DATABASE_URL, REDIS_URL: 'redis://localhost:6379' }],
  ['a Unix socket', { DATABASE_URL: 'postgres:///portcullis?host=%2Fvar%2Frun%2Fpostgresql' }],
  [
    'open stores when told so',
    {
      DATABASE_URL: 'postgres://a:b@db/x',
      REDIS_URL: 'redis://redis',
      PORTCULLIS_ALLOW_PLAINTEXT_STORES: 'true',
    },
  ],
])('production accepts %s', (_, change) => {
  expect(namesOf({ ...PRODUCTION, ...change })).toEqual([]);
});

test('every problem comes at once, and no value is ever named', () => {
  const secret = 'value-that-must-not-show';
  const env = Object.fromEntries(SETTING_NAMES.map((name) => [name, secret]));
  const problems = problemsOf({ ...env, PORTCULLIS_NO_SUCH_SETTING: secret });
  const named = new Set(problems.map(({ name }) => name));
  // Free text is all that this value is good for.
  const fine = ['HOST', 'OPS_HOST', 'PORTCULLIS_MAIL_FROM'];
  expect([...named].sort()).toEqual(
    [...SETTING_NAMES, 'PORTCULLIS_NO_SUCH_SETTING'].filter((name) => !fine.includes(name)).sort(),
  );
  expect(JSON.stringify(problems)).not.toContain(secret);
});

test('names of the scripts and tests of the repository are left alone', () => {
  expect(
    namesOf({
      DATABASE_URL,
      PORTCULLIS_TEST_DATABASE_URL: 'x',
      PORTCULLIS_STATE_DIR: 'x',
      PORTCULLIS_CHROMIUM: 'x',
      PORTCULLIS_API_URL: 'x',
    }),
  ).toEqual([]);
});

test('a secret may stand in a file, not in both places', () => {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-config-'));
  const file = join(dir, 'database-url');
  writeFileSync(file, `${DATABASE_URL}\n`);
  try {
    expect(loadConfig({ DATABASE_URL_FILE: file }).database.url).toBe(DATABASE_URL);
    expect(namesOf({ DATABASE_URL_FILE: file, DATABASE_URL })).toEqual(['DATABASE_URL_FILE']);
    expect(namesOf({ DATABASE_URL_FILE: join(dir, 'none') })).toEqual(['DATABASE_URL_FILE']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('relaxed limits leave those on wrong passwords alone', () => {
  const rulesOf = (mode: string) => loadConfig({ DATABASE_URL, PORTCULLIS_RATE_LIMITS: mode }).limits.rules;
  const [standard, relaxed] = [rulesOf('standard'), rulesOf('relaxed')];
  const changed = Object.keys(standard).filter(
    (rule) =>
      JSON.stringify(standard[rule as never]['windows']) !==
      JSON.stringify(relaxed[rule as never]['windows']),
  );
  expect(changed.sort()).toEqual([
    'client_failure_ip',
    'client_tokens',
    'mail_ip',
    'mail_mailbox',
    'refresh_ip',
    'sign_in_ip',
    'sign_up_ip',
    'verification_ip',
    'write_session',
  ]);
  expect(relaxed.sign_in_ip.windows[0].points).toBe(200_000);
  expect(relaxed.sign_in_account_ip.windows).toEqual([{ points: 5, ms: 900_000 }]);
});

test('the configuration cannot be changed', () => {
  const config = loadConfig(PRODUCTION);
  expect(() => Object.assign(config.service.session, { idleSeconds: 1 })).toThrow(TypeError);
  expect(() => (config.http.publicOrigins as string[]).push('https://evil.example.test')).toThrow(TypeError);
});

test('what is printed holds no secret', () => {
  const printed = JSON.stringify(printable(loadConfig(PRODUCTION)));
  expect(printed).not.toContain('hunter2');
  for (const value of Object.values(KEYS)) expect(printed).not.toContain(value);
});

test('.env.example is what config docs prints, and names every setting', () => {
  const file = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  expect(file, 'run: npm run --silent portcullis -- config docs > apps/api/.env.example').toBe(
    environmentDocs(),
  );
  for (const name of SETTING_NAMES) expect(file).toContain(`\n#${name}=`);
  expect(SETTING_NAMES.filter(isSecret)).toEqual([
    'DATABASE_URL',
    'REDIS_URL',
    'SMTP_URL',
    'PORTCULLIS_KEYS',
    'PORTCULLIS_REFRESH_KEYS',
    'PORTCULLIS_SECRET',
    'PORTCULLIS_PASSWORD_PEPPERS',
  ]);
});

test('peppers are judged as other keys are, and never printed', () => {
  const PORTCULLIS_PASSWORD_PEPPERS = `none,${KEYS.PORTCULLIS_SECRET}`;
  expect(problemsOf({ ...PRODUCTION, PORTCULLIS_PASSWORD_PEPPERS })).toEqual([
    {
      name: 'PORTCULLIS_PASSWORD_PEPPERS',
      problem: 'holds a key that is also in PORTCULLIS_SECRET',
    },
  ]);
  expect(namesOf({ ...PRODUCTION, PORTCULLIS_PASSWORD_PEPPERS: DEVELOPMENT_KEYS.PORTCULLIS_SECRET })).toEqual(
    ['PORTCULLIS_PASSWORD_PEPPERS'],
  );
  const good = generateKeys().PORTCULLIS_SECRET;
  const config = loadConfig({ ...PRODUCTION, PORTCULLIS_PASSWORD_PEPPERS: good });
  expect(config.keys.PORTCULLIS_PASSWORD_PEPPERS).toBe(good);
  expect(JSON.stringify(printable(config))).not.toContain(good);
});

test('new passwords are looked up outside only where an address is set, and over TLS in production', () => {
  expect(loadConfig(PRODUCTION).breachCheck).toBeNull();
  const env = (PORTCULLIS_BREACH_CHECK_URL: string) => ({ ...PRODUCTION, PORTCULLIS_BREACH_CHECK_URL });
  expect(loadConfig(env('https://leaks.example.test/range')).breachCheck).toEqual({
    url: 'https://leaks.example.test/range',
    timeoutMs: 500,
  });
  expect(namesOf(env('http://leaks.example.test/range'))).toEqual(['PORTCULLIS_BREACH_CHECK_URL']);
  expect(namesOf(env('http://127.0.0.1:8080/range'))).toEqual([]);
});
