import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@portcullis/devstack/ports';
import { nginxProgram } from '@portcullis/devstack/nginx-site';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Example, startExample } from './support/example.ts';
import { type Service, START_MS, startService } from './support/service.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../../examples');
const ORIGIN = 'https://chat.test';
let service: Service;
let env: Record<string, string>;
const started: (() => Promise<void>)[] = [];

beforeAll(async () => {
  service = await startService();
  env = {
    AUTH_URL: service.proxied,
    AUTH_CLIENT_ID: service.credentials.clientId,
    AUTH_CLIENT_SECRET: service.credentials.clientSecret,
  };
}, START_MS);
beforeEach(() => service.proxy.mend());
afterAll(async () => {
  await Promise.all(started.map((stop) => stop()));
  await service.stop();
}, START_MS);

const keep = (example: Example): Example => {
  started.push(example.stop);
  return example;
};
const node = async (name: string, more: Record<string, string> = {}) =>
  keep(
    await startExample(process.execPath, ['server.ts'], {
      cwd: join(EXAMPLES, name),
      env: { ...env, ...more },
    }),
  );

const nginx = async () => {
  const program = await nginxProgram();
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-nginx-'));
  const port = await freePort();
  const text = await readFile(join(EXAMPLES, 'nginx/nginx.conf'), 'utf8');
  const filled = text
    .replace('${AUTH_ADDRESS}', new URL(service.proxied).host)
    .replace('${PORT}', String(port))
    .replace('${SITE}', join(EXAMPLES, 'nginx/site'));
  await writeFile(join(folder, 'nginx.conf'), filled);
  // Workers of root would be nobody, who may read neither this folder nor the checkout.
  const asRoot = process.getuid?.() === 0 ? ['-g', 'user root;'] : [];
  const example = await startExample(program, ['-p', folder, '-c', 'nginx.conf', ...asRoot], {
    cwd: folder,
    env: {},
    port,
  });
  started.push(() => rm(folder, { recursive: true, force: true }));
  return keep(example);
};

const python = async () =>
  keep(await startExample('python3', ['service.py'], { cwd: join(EXAMPLES, 'python'), env }));

/** Each lets a live session in, holds in an outage, and refuses the request after the revocation. */
const services: [string, () => Promise<Example>, string, ('cookie' | 'bearer')[]][] = [
  ['hono', () => node('hono'), '/invoices', ['cookie', 'bearer']],
  ['express', () => node('express'), '/invoices', ['cookie', 'bearer']],
  ['fastify', () => node('fastify'), '/invoices', ['cookie', 'bearer']],
  ['nginx', nginx, '/index.html', ['cookie', 'bearer']],
  ['python', python, '/', ['bearer']],
];

describe.each(services)('the example %s', (_, start, path, transports) => {
  test(
    'G1 G8 lets in, refuses right after a revocation, and is 503 while nothing is known',
    async () => {
      const { url } = await start();
      const ask = (headers: Record<string, string>) => fetch(`${url}${path}`, { headers });
      expect((await ask({})).status).toBe(401);
      expect((await ask({ authorization: 'Bearer v4.public.x.y' })).status).toBe(401);
      for (const transport of transports) {
        const who = await service.signIn(transport);
        await expect.poll(async () => (await ask(who.headers)).status, { timeout: 20_000 }).toBe(200);
        service.proxy.refuse();
        const held = await ask(who.headers);
        expect([held.status, held.headers.get('retry-after')]).toEqual([503, '1']);
        service.proxy.mend();
        await expect.poll(async () => (await ask(who.headers)).status, { timeout: 20_000 }).toBe(200);
        await service.signOut(who);
        expect((await ask(who.headers)).status).toBe(401);
      }
    },
    START_MS,
  );
});

test(
  'the chat drops whoever is signed out, at once, and lets the others talk on',
  async () => {
    const { url } = await node('websocket-chat', { ALLOWED_ORIGINS: ORIGIN });
    const connect = async (headers: Record<string, string>) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { headers });
      const heard: string[] = [];
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
      const closed = new Promise<number>((done) => socket.once('close', done));
      await new Promise((opened, failed) => socket.once('open', opened).once('error', failed));
      return { socket, heard, closed };
    };
    const [leaving, staying] = [await service.signIn('bearer'), await service.signIn('cookie')];
    const one = await connect(leaving.headers);
    const two = await connect({ ...staying.headers, origin: ORIGIN });
    await expect(connect({ ...staying.headers, origin: 'https://evil.test' })).rejects.toThrow('403');
    one.socket.send('hello');
    await expect.poll(() => two.heard.join(), { timeout: 20_000 }).toContain('hello');
    await service.signOut(leaving);
    expect(await one.closed).toBe(4401);
    two.socket.send('still here');
    await expect.poll(() => two.heard.join(), { timeout: 20_000 }).toContain('still here');
    two.socket.terminate();
  },
  START_MS,
);

test('the shell script tells a live session, none, and an outage apart', async () => {
  const who = (token: string): Promise<{ code: number; out: string }> =>
    new Promise((resolve) => {
      const child = execFile(
        join(EXAMPLES, 'shell/who.sh'),
        { env: { PATH: process.env['PATH'], ...env } },
        (error, out) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out.trim() }),
      );
      child.stdin?.end(`${token}\n`);
    });
  const session = await service.signIn();
  expect(await who(session.token)).toEqual({ code: 0, out: session.accountId });
  await service.signOut(session);
  expect(await who(session.token)).toEqual({ code: 1, out: '' });
  service.proxy.refuse();
  expect(await who(session.token)).toEqual({ code: 2, out: '' });
  expect(execFileSync('sh', ['-n', join(EXAMPLES, 'shell/who.sh')]).toString()).toBe('');
});
