import { expect, test } from 'vitest';
import { generateKeys } from './key-rotation.ts';
import { run } from './program.ts';

const DATABASE_URL = 'postgres://nobody:hunter2-hunter2@127.0.0.1:1/none';

/** One command line in this process. */
const portcullis = async (args: string[], env: Record<string, string> = {}) => {
  let [out, err] = ['', ''];
  const code = await run(args, { env, out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
};

test.each([
  ['--help'],
  ['help'],
  ['--version'],
  ['serve', '--help'],
  ['accounts', 'show', '--help'],
  ['index', 'adopt', '--help'],
  ['keys', '--help'],
])('%s %s is answered with 0 and on standard output', async (...args) => {
  const { code, out, err } = await portcullis(args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).not.toBe('');
});

test.each([
  [[]],
  [['bogus']],
  [['accounts']],
  [['accounts', 'show']],
  [['serve', '--bogus']],
  [['migrate', 'extra']],
  [['index', 'adopt', 'nonsense']],
  [['config', 'bogus']],
])('%j was called wrongly: 2, and nothing on standard output', async (args) => {
  const { code, out, err } = await portcullis(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).not.toBe('');
});

test('every command shows how it is used', async () => {
  const { out } = await portcullis(['--help']);
  const names = [...out.matchAll(/^ {2}([a-z-]+)(?: \[options\])? {2,}/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help');
  expect(names).toEqual(
    expect.arrayContaining([
      'serve',
      'worker',
      'migrate',
      'seed',
      'doctor',
      'accounts',
      'index',
      'config',
      'keys',
    ]),
  );
  for (const name of names) expect((await portcullis([name, '--help'])).out).toContain('Usage: portcullis');
});

test('config check finds every problem and fails', async () => {
  const { code, out, err } = await portcullis(['config', 'check'], { PORT: 'x', PORTCULLIS_TYPO: '1' });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  for (const name of ['PORT', 'PORTCULLIS_TYPO', 'DATABASE_URL']) expect(err).toContain(name);
});

test('config check --json prints one document, whatever it finds', async () => {
  const bad = await portcullis(['config', 'check', '--json'], {});
  expect(bad).toMatchObject({ code: 1, err: '' });
  expect(JSON.parse(bad.out)).toMatchObject({ ok: false, problems: [{ name: 'DATABASE_URL' }] });
  const good = await portcullis(['config', 'check', '--json'], { DATABASE_URL });
  expect(good).toEqual({ code: 0, out: '{"ok":true,"problems":[]}\n', err: '' });
});

test('config print leaves secrets out', async () => {
  const { code, out } = await portcullis(['config', 'print', '--json'], { DATABASE_URL });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ database: { url: 'postgres://127.0.0.1:1/none' } });
  expect(out).not.toContain('hunter2');
});

test('a command without its configuration says what is missing', async () => {
  const { code, out, err } = await portcullis(['migrate', '--json']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('DATABASE_URL is required');
});

test('a command without its database fails with one line that names no password', async () => {
  for (const args of [['migrate'], ['accounts', 'show', 'ada@example.test'], ['index', 'show']]) {
    const { code, out, err } = await portcullis(args, { DATABASE_URL });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('portcullis doctor');
    expect(err).not.toContain('hunter2');
  }
});

test('doctor names what is broken and ends with 1', async () => {
  const { code, out } = await portcullis(['doctor', '--json'], {
    DATABASE_URL,
    REDIS_URL: 'redis://127.0.0.1:1',
    SMTP_URL: 'smtp://127.0.0.1:1',
  });
  expect(code).toBe(1);
  const { ok, checks } = JSON.parse(out) as {
    ok: boolean;
    checks: { name: string; status: string; fix?: string }[];
  };
  expect(ok).toBe(false);
  expect(checks.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([
    'Postgres',
    'Redis',
  ]);
  // Without mail a developer can go on; the service cannot.
  expect(checks.find(({ name }) => name === 'Mail')).toMatchObject({ status: 'warning' });
  for (const check of checks.filter(({ status }) => status !== 'ok')) expect(check.fix).toBeTruthy();
});

test('doctor of a broken configuration lists its problems', async () => {
  const { code, out } = await portcullis(['doctor'], { NODE_ENV: 'production', ...generateKeys() });
  expect(code).toBe(1);
  expect(out).toMatch(/✗ Configuration +DATABASE_URL/);
  expect(out).toMatch(/✗ Configuration +PUBLIC_URL/);
});

test('seed refuses production', async () => {
  const env = {
    NODE_ENV: 'production',
    DATABASE_URL,
    PUBLIC_URL: 'https://auth.example.test',
    SMTP_URL: 'smtps://mail.example.test',
    ...generateKeys(),
  };
  expect(await portcullis(['seed', '--json'], env)).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('development') as string,
  });
});
