import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { startStores, type Stores } from '../support/service-stores.ts';

let stores: Stores;
let api: Service;
beforeAll(async () => {
  stores = await startStores();
  api = await startService('serve', stores.env);
}, 120_000);
afterAll(async () => {
  await api?.stop();
  await stores?.finish();
}, 120_000);

/** What a client that writes bytes itself gets back. */
const raw = async (text: string): Promise<string> => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => (answer += part));
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  await Promise.race([
    once(socket, 'close'),
    expect.poll(() => answer, { timeout: 20_000 }).toMatch(/\r\n\r\n/),
  ]);
  socket.destroy();
  return answer;
};
const host = 'Host: localhost\r\n';
const end = 'Connection: close\r\n\r\n';

test.each([
  ['no host', `GET /trpc/account.me HTTP/1.1\r\n${end}`],
  ['two hosts', `GET /trpc/account.me HTTP/1.1\r\n${host}${host}${end}`],
  ['a host that is none', `GET /trpc/account.me HTTP/1.1\r\nHost: a b/c@d\r\n${end}`],
  ['a host with a path', `GET /trpc/account.me HTTP/1.1\r\nHost: localhost/../x\r\n${end}`],
  ['an absolute address', `GET http://evil.test/trpc/account.me HTTP/1.1\r\n${host}${end}`],
  ['an address that is none', `GET http://[:::/x HTTP/1.1\r\n${host}${end}`],
  ['an asterisk', `OPTIONS * HTTP/1.1\r\n${host}${end}`],
  ['a tunnel', `CONNECT localhost:80 HTTP/1.1\r\n${host}${end}`],
  ['a trace', `TRACE /trpc/account.me HTTP/1.1\r\n${host}${end}`],
  ['a header without an end', `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(30_000)}\r\n${end}`],
  ['a NUL in a header', `GET / HTTP/1.1\r\n${host}X: a\0b\r\n${end}`],
  ['a NUL in the address', `GET /trpc/a\0b HTTP/1.1\r\n${host}${end}`],
  [
    'two lengths',
    `POST /trpc/session.signOut HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`,
  ],
  [
    'a length and chunks',
    `POST /trpc/session.signOut HTTP/1.1\r\n${host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'chunks that are none',
    `POST /trpc/session.signOut HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n${end}zz\r\n`,
  ],
  ['an upgrade', `GET /trpc/account.me HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`],
  ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
])('%s is refused and never a 500', async (_, text) => {
  const answer = await raw(text);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  expect(status).toBeLessThan(500);
  expect(status === 0 || status >= 400).toBe(true);
  expect(answer).not.toMatch(/\bat .+\.(?:ts|js|mjs):\d+/);
  expect((await fetch(`${api.url}/v1/keys`)).status).toBe(200);
});

test('nothing of it was a failure of the service', () => {
  expect(api.logs().filter(({ level }) => level === 'error')).toEqual([]);
  expect(api.output()).not.toMatch(/^\s+at /m);
});
