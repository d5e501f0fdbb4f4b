import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../src/tcp-proxy.ts';

let received = '';
let echo: ReturnType<typeof createServer>;
let proxy: TcpProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  received = '';
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes;
      socket.write(bytes);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startTcpProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  echo.close();
  await once(echo, 'close');
});

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** `once(socket, 'close')` would reject at the reset that comes before it. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [reply] = await once(socket, 'data');
  return String(reply);
}

test('passes bytes both ways, later when told so', async () => {
  const socket = await client();
  expect(await ask(socket, 'one')).toBe('one');
  proxy.latency(60);
  const start = performance.now();
  expect(await ask(socket, 'two')).toBe('two');
  expect(performance.now() - start).toBeGreaterThanOrEqual(119);
});

test('a cut after the pattern lets the server act and loses its reply', async () => {
  const socket = await client();
  const fired = proxy.cutAfter('COMMIT', 'toServer');
  let replies = '';
  socket.on('data', (bytes) => (replies += bytes));
  const closed = closeOf(socket);
  socket.write('COM');
  await expect.poll(() => received).toBe('COM');
  socket.write('MIT;');
  await fired;
  await closed;
  await expect.poll(() => received).toBe('COMMIT;');
  expect(replies).not.toContain('MIT;');
  expect(await ask(await client(), 'COMMIT')).toBe('COMMIT');
});

test('a cut before the pattern keeps it from the server', async () => {
  const socket = await client();
  const fired = proxy.cutOn('COMMIT', 'toServer', 'before');
  const closed = closeOf(socket);
  socket.write('COMMIT');
  await Promise.all([fired, closed]);
  expect(received).toBe('');
});

test('holds the reply to a pattern until mended', async () => {
  const socket = await client();
  const held = proxy.holdReplyTo('COMMIT', 'toServer');
  let replies = '';
  socket.on('data', (bytes) => (replies += bytes));
  socket.write('COMMIT');
  await held;
  await expect.poll(() => received).toBe('COMMIT');
  expect(replies).toBe('');
  proxy.mend();
  await expect.poll(() => replies).toBe('COMMIT');
});

test('cuts, refuses and leaves connections unanswered', async () => {
  const first = await client();
  expect(await ask(first, 'one')).toBe('one');
  const closed = closeOf(first);
  proxy.cut();
  await closed;
  proxy.refuse();
  const second = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await closeOf(second);
  proxy.halfOpen();
  const third = await client();
  third.write('anybody?');
  await expect.poll(() => proxy.connections()).toBe(1);
  expect(received).toBe('one');
  const ended = closeOf(third);
  proxy.mend();
  await ended;
  expect(await ask(await client(), 'two')).toBe('two');
});
