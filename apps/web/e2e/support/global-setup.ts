import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { build } from 'vite';
import { startE2eStack } from './stack.ts';

/**
 * Builds the client and starts everything behind it, once for all tests. The tests run in another process: what they
 * need to do to the stack (take the API away, bring it back) they ask for over HTTP on a loopback port.
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  await build({ root: resolve(import.meta.dirname, '../..'), logLevel: 'warn' });
  const stack = await startE2eStack();
  const control = createServer((request, response) => {
    if (request.url === '/api/down') stack.apiDoor.refuse();
    else if (request.url === '/api/up') stack.apiDoor.mend();
    else response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((listening) => control.listen(0, '127.0.0.1', listening));
  process.env['E2E_ORIGIN'] = stack.origin;
  process.env['E2E_MAILBOX'] = stack.mailbox.httpUrl;
  process.env['E2E_CONTROL'] = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
  return async () => {
    control.closeAllConnections();
    control.close();
    await stack.stop();
  };
}
