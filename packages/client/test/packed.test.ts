import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const run = promisify(execFile);
const here = resolve(import.meta.dirname, '..');
const PNPM = resolve(here, '../../node_modules/.bin/pnpm');
const TSC = resolve(here, '../../node_modules/.bin/tsc');
const PACK_MS = 180_000;

let folder: string;
let tarball: string;
let packed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-packed-'));
  await run(PNPM, ['pack', '--pack-destination', folder], { cwd: here });
  const [name = ''] = await readdir(folder);
  tarball = join(folder, name);
  await run('tar', ['xzf', tarball, '-C', folder]);
  packed = join(folder, 'package');
}, PACK_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package as it would be published', () => {
  test('needs nothing but what its user has chosen', async () => {
    const published = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8')) as Record<
      string,
      object
    >;
    expect(published['dependencies'] ?? {}).toEqual({});
    expect(Object.keys(published['peerDependencies'] ?? {}).toSorted()).toEqual(
      Object.keys(published['peerDependenciesMeta'] ?? {}).toSorted(),
    );
    expect(JSON.stringify(published['exports'])).not.toContain('src/');
    const files = await readdir(packed, { recursive: true });
    expect(files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
    for (const file of files.filter((one) => /\.(?:js|d\.ts)$/.test(one))) {
      const text = await readFile(join(packed, file), 'utf8');
      expect([file, /from ?['"]@portcullis\/|from ?['"]zod/.test(text)]).toEqual([file, false]);
    }
    expect(await readFile(join(packed, 'dist/THIRD-PARTY.md'), 'utf8')).toContain('MIT License');
  });

  test('is clean for publint and for are-the-types-wrong', async () => {
    const bin = (name: string) => join(here, 'node_modules/.bin', name);
    await run(bin('publint'), ['run', packed, '--strict', '--pack', 'false']);
    await run(bin('attw'), [tarball, '--profile', 'esm-only']);
  });

  test('costs a service at most 24 kB', async () => {
    const files = [
      'client.js',
      'hono.js',
      ...(await readdir(join(packed, 'dist/chunks'))).map((name) => `chunks/${name}`),
    ];
    const sizes = await Promise.all(
      files.map(async (file) => gzipSync(await readFile(join(packed, 'dist', file))).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(24_000);
  });

  test('describes every call of a client', async () => {
    const text = await readFile(join(packed, 'dist/API.md'), 'utf8');
    for (const name of [
      'createAuthClient',
      'verify(',
      'requireSession',
      'signatureOnly',
      'introspect',
      'watch(',
      'AuthError',
      'createTestAuth',
      'endOnRevocation',
    ])
      expect(text).toContain(name);
    expect(text).toContain('It does not know whether the session was ended');
  });
});

const versions = manifest.devDependencies;

/** A project that has one framework and nothing of this workspace; its program exits with 0 when all held. */
const PROJECTS: Record<string, { needs: (keyof typeof versions)[]; server: string }> = {
  hono: {
    needs: ['hono', '@hono/node-server'],
    server: `import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { requireSession } from '@portcullis/client/hono';
const app = new Hono();
app.get('/', requireSession(auth), (c) => c.text(c.var.auth.account.id));
const server = serve({ fetch: app.fetch, port: 0 }, ({ port }) => void prove(port, () => server.close()));`,
  },
  express: {
    needs: ['express', '@types/express'],
    server: `import express from 'express';
import type { AddressInfo } from 'node:net';
import { requireSession, sessionOf } from '@portcullis/client/express';
const app = express();
app.get('/', requireSession(auth), (request, response) => void response.send(sessionOf(request).account.id));
const server = app.listen(0, () => void prove((server.address() as AddressInfo).port, () => server.close()));`,
  },
  fastify: {
    needs: ['fastify'],
    server: `import fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import { requireSession, sessionOf } from '@portcullis/client/fastify';
const app = fastify();
app.get('/', { preHandler: requireSession(auth) }, async (request) => sessionOf(request).account.id);
await app.listen({ port: 0 });
await prove((app.server.address() as AddressInfo).port, () => void app.close());`,
  },
  trpc: {
    needs: ['@trpc/server'],
    server: `import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requireSession } from '@portcullis/client/trpc';
const t = initTRPC.context<{ req: IncomingMessage }>().create();
const signedIn = t.procedure.use(requireSession(auth, (ctx: { req: IncomingMessage }) => ctx.req));
const router = t.router({ '': signedIn.query(({ ctx }) => ctx.auth.account.id) });
const server = createHTTPServer({ router, createContext: ({ req }) => ({ req }) });
server.listen(0, () => void prove((server.address() as AddressInfo).port, () => server.close()));`,
  },
  node: {
    needs: [],
    server: `import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withSession } from '@portcullis/client/node';
const handler = withSession(auth, (_, response, { account }) => response.end(account.id));
const server = createServer((request, response) => void handler(request, response));
server.listen(0, () => void prove((server.address() as AddressInfo).port, () => server.close()));`,
  },
};

const PROVE = `import { createTestAuth } from '@portcullis/client/testing';
const { auth, signIn, revoke, faults } = createTestAuth({ timeoutMs: 5_000, retries: 0 });
async function prove(port: number, close: () => void): Promise<void> {
  const who = signIn();
  const ask = async () => (await fetch(\`http://localhost:\${port}/\`, { headers: who.headers })).status;
  const seen = [await ask()];
  faults.down = true;
  seen.push(await ask());
  faults.down = false;
  revoke({ accountId: who.accountId });
  seen.push(await ask());
  if (seen.join() !== '200,503,401') throw new Error(\`unexpected: \${seen.join()}\`);
  console.log('all held');
  await auth.close();
  close();
}
`;

const CONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable', 'dom'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ['server.ts'],
};

describe.each(Object.entries(PROJECTS))('an empty project with %s', (name, { needs, server }) => {
  test(
    'installs the package, type-checks, and lets in, holds and refuses',
    async () => {
      const project = join(folder, `project-${name}`);
      await mkdir(project);
      await cp(tarball, join(project, 'client.tgz'));
      const frameworks = Object.fromEntries(needs.map((one) => [one, versions[one]]));
      const dependencies = {
        '@portcullis/client': 'file:client.tgz',
        '@types/node': '24.19.2',
        ...frameworks,
      };
      await writeFile(
        join(project, 'package.json'),
        JSON.stringify({ type: 'module', private: true, dependencies }),
      );
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify(CONFIG));
      await writeFile(join(project, 'server.ts'), `${PROVE}${server}\n`);
      await run(PNPM, ['install', '--ignore-workspace', '--prefer-offline', '--ignore-scripts'], {
        cwd: project,
      });
      await run(TSC, ['-p', project]);
      const { stdout } = await run(process.execPath, ['server.ts'], { cwd: project, timeout: 60_000 });
      expect(stdout).toContain('all held');
    },
    PACK_MS,
  );
});
