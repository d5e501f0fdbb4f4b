import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { type E2eStack, PARTS, prepareGround, startE2eStack } from './stack.ts';

/** `calm` is for every test; in `stormy` parts are taken away, so that only one test at a time may live there. */
const names = ['calm', 'stormy'] as const;

type Stacks = Record<(typeof names)[number], E2eStack>;

/** `/<stack>/<part>/<down|up>`: the tests run in other processes, and ask for what they need done to a stack here. */
const control = (stacks: Stacks) =>
  createServer((request, response) => {
    const [stack, part, state] = (request.url ?? '').split('/').slice(1);
    const named = names.find((name) => name === stack);
    const door = named && stacks[named].doors[PARTS.find((name) => name === part) ?? 'api'];
    if (door && state === 'down') door.refuse();
    else if (door && state === 'up') door.mend();
    else response.statusCode = 404;
    response.end();
  });

/** Builds the client apart from everybody else's, and starts everything behind it, once for all tests. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const client = mkdtempSync(join(tmpdir(), 'portcullis-e2e-client-'));
  await build({
    root: resolve(import.meta.dirname, '../..'),
    logLevel: 'warn',
    build: { outDir: client, emptyOutDir: true, sourcemap: 'hidden' },
  });
  const ground = await prepareGround(client);
  const [calm, stormy] = await Promise.all([startE2eStack(ground), startE2eStack(ground)]);
  const stacks = { calm, stormy };
  const server = control(stacks);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address() as AddressInfo;
  process.env['E2E_CLIENT'] = client;
  for (const name of names) {
    process.env[`E2E_${name}_ORIGIN`] = stacks[name].origin;
    process.env[`E2E_${name}_MAILBOX`] = stacks[name].mailbox.httpUrl;
    process.env[`E2E_${name}_CONTROL`] = `http://127.0.0.1:${address.port}/${name}`;
  }
  return async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all(names.map((name) => stacks[name].stop()));
    await ground.stop();
    rmSync(client, { recursive: true, force: true });
  };
}
