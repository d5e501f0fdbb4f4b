import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, until } from './support/ask.ts';
import { buildCommands, bundle } from './support/bundle.ts';
import { type Fleet, type Process, runProgram, startFleet } from './support/fleet.ts';

const PASSWORD = 'seven quiet lanterns 41';
const ORIGIN = 'https://auth.example.test';
/** Nobody: who runs the image is not who built it. An ordinary user can only run it as himself. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;

let fleet: Fleet;
let mailbox: Mailbox;
let folder: string;
let program: { node: string; main: string; uid: number | undefined };
let api: Process;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-node-'));
  chmodSync(folder, 0o755);
  // Of this checkout nothing is left but what the bundle holds, and nobody may read the checkout.
  const node = join(folder, 'node');
  copyFileSync(realpathSync(process.execPath), node);
  program = { node, main: join(bundle().api, 'dist/main.js'), uid };
  mailbox = await startMailbox();
  fleet = await startFleet(ORIGIN, { SMTP_URL: mailbox.smtpUrl });
});
afterAll(async () => {
  await fleet?.stop();
  await mailbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const call = (procedure: string, input: object, headers: Record<string, string> = {}) =>
  ask(`${api.origin}/trpc/${procedure}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
    body: JSON.stringify(input),
  });

describe('what the Dockerfile builds', () => {
  test('is built by one command, which this suite has run', () => {
    expect(buildCommands()).toEqual(['npm run bundle -- --out /out']);
  });

  test('is plain JavaScript without sources, tests or anything of the workspace that built it', () => {
    expect(readdirSync(bundle().api).toSorted()).toEqual(['dist', 'node_modules', 'package.json']);
    const names = readdirSync(join(bundle().api, 'dist'));
    expect(names.filter((name) => !/\.js(?:\.map)?$/.test(name))).toEqual([]);
    expect(readdirSync(join(bundle().api, 'node_modules'))).not.toContain('@portcullis');
    const { devDependencies } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
    ) as { devDependencies: Record<string, string> };
    for (const name of Object.keys(devDependencies))
      expect([name, existsSync(join(bundle().api, 'node_modules', name))]).toEqual([name, false]);
  });

  test('holds the client as nginx serves it', () => {
    expect(readdirSync(bundle().web)).toEqual(expect.arrayContaining(['assets', 'index.html']));
  });
});

describe('outside the workspace, as a user who may write nothing there', () => {
  test('the commands run: migrate, doctor, config check', async () => {
    const run = (...args: string[]) => runProgram([program.main, ...args], fleet.env, program);
    expect(JSON.parse(await run('migrate', '--json'))).toEqual({ applied: [] });
    expect(JSON.parse(await run('config', 'check', '--json'))).toEqual({ ok: true, problems: [] });
    const { checks } = JSON.parse(
      await run('doctor', '--json').catch((error: Error) => error.message.slice(error.message.indexOf('{'))),
    ) as {
      checks: { name: string; status: string }[];
    };
    // The stores of a test do without the disk and are used as a superuser: doctor rightly refuses both in production.
    expect(checks.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([
      'Durability',
      'Postgres privileges',
    ]);
  });

  test('API and worker become ready, and a person signs up by mail and signs in', async () => {
    api = await fleet.start('serve', program);
    const worker = await fleet.start('worker', program);
    expect((await ask(`${api.ops}/readyz`)).json()).toMatchObject({
      status: 'ok',
      checks: { postgres: { status: 'ok' }, redis: { status: 'ok' }, lease: { status: 'ok' } },
    });
    expect((await ask(`${worker.ops}/readyz`)).json()).toMatchObject({ status: 'ok' });
    if (uid !== undefined) expect(statSync(`/proc/${api.server.pid}`).uid).toBe(uid);

    const email = 'ada@example.test';
    const signedUp = await call('account.signUp', { email, password: PASSWORD });
    expect(signedUp.status, signedUp.text).toBe(200);
    const text = await until(mailTo, (mail) => mail !== null);
    const token = new RegExp(`^${ORIGIN}/verify-email#token=(\\S+)$`, 'm').exec(text ?? '')?.[1] ?? '';
    const verified = await call('account.verifyEmail', { token, password: PASSWORD });
    expect(verified.status, verified.text).toBe(200);
    const signedIn = await call('session.signIn', { email, password: PASSWORD, transport: 'bearer' });
    expect(signedIn.status, signedIn.text).toBe(200);
  });

  test('a password that everybody uses is refused: the list came along', async () => {
    const { status, text } = await call('account.signUp', {
      email: 'bob@example.test',
      password: 'passwordpassword1',
    });
    expect([status, text]).toEqual([400, expect.stringContaining('"common"')]);
  });

  test('the health check of the image ends with 0 while the process answers, and not with 0 when it is gone', async () => {
    const check = join(folder, 'healthcheck.mjs');
    copyFileSync(join(import.meta.dirname, '../../../../docker/healthcheck.mjs'), check);
    const env = { OPS_PORT: new URL(api.ops).port };
    await expect(runProgram([check], env, program)).resolves.toBe('');
    api.server.signal('SIGTERM');
    expect(await api.server.ended).toBe('exit code 0');
    await expect(runProgram([check], env, program)).rejects.toThrow();
  });
});

const mailTo = async (): Promise<string | null> => {
  const list = (await ask(`${mailbox.httpUrl}/api/v1/messages`)).json() as { messages: { ID: string }[] };
  const [first] = list.messages;
  if (first === undefined) return null;
  const mail = (await ask(`${mailbox.httpUrl}/api/v1/message/${first.ID}`)).json() as { Text: string };
  return mail.Text;
};
