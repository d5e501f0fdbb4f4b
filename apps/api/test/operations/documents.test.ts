import { execFile, spawn } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksIn, missingIn, type Runnable, runnablesIn } from '@portcullis/devstack/documents';
import { ask } from './support/ask.ts';
import { type Fleet, type Process, runProgram, sourceMain, startFleet } from './support/fleet.ts';

const repository = resolve(import.meta.dirname, '../../../..');
const read = (file: string) => readFileSync(join(repository, file), 'utf8');
const documents = globSync(['*.md', 'docs/**/*.md', 'docker/*.md', 'nginx/*.md'], {
  cwd: repository,
}).toSorted();
const runnable = documents.filter((file) => runnablesIn(read(file)).length > 0);

let fleet: Fleet;
let mailbox: Mailbox;
let api: Process;
let worker: Process;
let bin: string;

beforeAll(async () => {
  mailbox = await startMailbox();
  fleet = await startFleet('http://localhost:5173', {
    NODE_ENV: 'development',
    SMTP_URL: mailbox.smtpUrl,
    PORTCULLIS_RATE_LIMITS: 'relaxed',
    PORTCULLIS_LEASE_SECONDS: '3',
  });
  await runProgram([sourceMain, 'seed'], fleet.env);
  api = await fleet.start('serve');
  worker = await fleet.start('worker');
  bin = mkdtempSync(join(tmpdir(), 'portcullis-curl-'));
  writeFileSync(join(bin, 'curl'), CURL, { mode: 0o755 });
});
afterAll(async () => {
  await fleet?.stop();
  await mailbox?.stop();
  rmSync(bin, { recursive: true, force: true });
});

describe('what the documents show is what happens', () => {
  test('there is something to execute', () => {
    expect(runnable).toEqual(['README.md', 'docs/operations.md']);
  });

  // Each npm run starts two processes: slow where much else runs.
  test.each(runnable)(
    '%s: each block runs, and prints what stands below it',
    { timeout: 400_000 },
    async (file) => {
      const blocks = runnablesIn(read(file));
      const outputs = await execute(blocks);
      for (const [index, { prints, line }] of blocks.entries())
        expect([file, line, missingIn(outputs[index] ?? '', prints)]).toEqual([file, line, null]);
    },
  );

  test('a block that fails, or prints something else, is noticed', async () => {
    const block = (text: string): Runnable => ({ text, line: 1, prints: [] });
    await expect(execute([block('true'), block('false\necho after')])).rejects.toThrow();
    expect(await execute([block('a=1'), block('echo $a')])).toEqual(['', '1\n']);
    expect(missingIn((await execute([block('echo 204')]))[0] ?? '', ['401'])).toBe('401');
  });

  test('what the README shows of React fits the types of the client', async () => {
    const [component] = blocksIn(read('README.md')).filter(({ info }) => info === 'tsx');
    const folder = join(repository, 'apps/web/node_modules/.portcullis-documents');
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(join(folder, 'readme.tsx'), `${component?.text}\nexport { Sessions };\n`);
      const config = { extends: '../../tsconfig.json', files: ['readme.tsx'], include: [] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const tsc = join(repository, 'node_modules/.bin/tsc');
      await promisify(execFile)(tsc, ['-p', folder]).catch((error: { stdout?: string }) => {
        throw new Error(error.stdout);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('docs/operations.md', () => {
  const OWN = /^# TYPE ((?:portcullis|http)_\w+) /gm;
  const served = async (from: Process) =>
    [...(await ask(`${from.ops}/metrics`)).text.matchAll(OWN)].map(([, name]) => name ?? '').toSorted();
  const listed = (of: string) =>
    [...read('docs/operations.md').matchAll(/^\| `((?:portcullis|http)_\w+)` \| (\w+) \|/gm)]
      .filter(([, , process]) => process === of)
      .map(([, name]) => name ?? '')
      .toSorted();

  test('names every metric of the API, and none that is not served', async () => {
    expect(listed('API')).toEqual(await served(api));
  });

  test('names every metric that only the worker has', async () => {
    const own = (await served(worker)).filter((name) => !listed('API').includes(name));
    expect(listed('worker')).toEqual(own);
  });

  test('names every state of readiness', async () => {
    const text = read('docs/operations.md');
    for (const from of [api, worker]) {
      const { checks } = (await ask(`${from.ops}/readyz`)).json() as { checks: Record<string, unknown> };
      for (const name of Object.keys(checks)) expect(text).toContain(`\`${name}\``);
    }
  });

  test('G1: its statement after a restore ends every session, in instances that start after it', async () => {
    const [, restoring = ''] = read('docs/operations.md').split('\n## Backup and restore\n');
    const [statement] = blocksIn(restoring).filter(({ info }) => info === 'sql');
    const person = await fleet.person('seven quiet lanterns 41');
    const signedIn = await ask(`${api.origin}/trpc/session.signIn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: person.email, password: 'seven quiet lanterns 41', transport: 'bearer' }),
    });
    const token = /"accessToken":"([^"]+)"/.exec(signedIn.text)?.[1] ?? '';
    const check = (from: Process) =>
      ask(`${from.origin}/v1/session`, { headers: { authorization: `Bearer ${token}` } }).then(
        ({ status }) => status,
      );
    expect(await check(api)).toBe(204);
    api.server.signal('SIGTERM');
    await api.server.ended;
    const client = new pg.Client({ connectionString: fleet.env['DATABASE_URL'] });
    await client.connect();
    await client.query(statement?.text ?? '');
    await client.end();
    await fleet.restartRedis();
    expect(await check(await fleet.start('serve'))).toBe(401);
  });
});

/** Runs the blocks of one document in one shell, so that what one sets the next one has. @returns what each printed */
const execute = async (blocks: readonly Runnable[]): Promise<string[]> => {
  const mark = '--- next block ---';
  const script = blocks.map(({ text }) => `${atHome(text)}\necho '${mark}'\n`).join('');
  const { PATH } = process.env;
  const env = {
    ...process.env,
    ...fleet.env,
    PATH: [join(repository, 'node_modules/.bin'), PATH, bin].join(delimiter),
  };
  const output = await new Promise<string>((done, fail) => {
    const shell = spawn('bash', ['-euo', 'pipefail'], { cwd: repository, env });
    let out = '';
    let all = '';
    shell.stdout.on('data', (part: Buffer) => {
      out += part;
      all += part;
    });
    shell.stderr.on('data', (part: Buffer) => (all += part));
    shell.once('error', fail);
    shell.once('close', (code) => (code === 0 ? done(out) : fail(new Error(`ended with ${code}:\n${all}`))));
    shell.stdin.end(script);
  });
  return output.split(`${mark}\n`).slice(0, -1);
};

/** The addresses of npm start, in this test's own places. */
const atHome = (text: string): string =>
  text.replaceAll('http://localhost:3000', api.origin).replaceAll('http://localhost:9000', api.ops);

/** For a machine without curl; last on the PATH, so that the real one is used where there is one. */
const CURL = `#!/usr/bin/env node
const args = process.argv.slice(2);
const known = { '-H': [], '-d': [], '-X': [], '-o': [], '-w': [], '-u': [] };
const urls = [];
for (let i = 0; i < args.length; i += 1) {
  if (args[i] in known) known[args[i]].push(args[++i]);
  else if (args[i] !== '-sS') urls.push(args[i]);
}
const headers = Object.fromEntries(known['-H'].map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
const body = known['-d'][0];
if (known['-u'][0]) headers.authorization = \`Basic \${Buffer.from(known['-u'][0]).toString('base64')}\`;
const response = await fetch(urls[0], { method: known['-X'][0] ?? (body === undefined ? 'GET' : 'POST'), headers, body });
const text = await response.text();
if (known['-o'].length === 0) process.stdout.write(text);
process.stdout.write((known['-w'][0] ?? '').replaceAll('%{http_code}', response.status).replaceAll('\\\\n', '\\n'));
`;
